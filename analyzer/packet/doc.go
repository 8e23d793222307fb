// Package packet is the algebra of packet sets: exact, canonical, and
// independent of AWS and Terraform.
//
// A [Set] is a set of [Packet]s of both address families. It is kept as an
// interval decision diagram over (protocol, destination port | ICMP type and
// code, source port, source, destination): at each level the dimension is cut
// into the longest intervals on which the rest is the same. Every operation is
// exact, and equal sets have equal diagrams, so that they compare and print
// equally.
package packet
