// Package intent proves what a team states about its network in tfcheck.hcl:
// that nobody reaches the databases, that SSH comes from the bastion only,
// that production and development are apart. A statement is about all packets;
// what breaks it is a finding like any other, with its path and the packets.
package intent
