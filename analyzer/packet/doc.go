// Package packet is the algebra of packet sets: exact, canonical, and
// independent of AWS and Terraform.
//
// A [Set] is a set of [Packet]s of both address families, kept as a union of
// boxes over (protocol, source, source port, destination, destination port |
// ICMP type and code). Every operation is exact; equal sets compare and print
// equally.
package packet
