package exposed

import (
	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/packet"
)

// AdminPorts are the ports over which hosts and platforms are administered.
var AdminPorts = []string{
	"tcp/22",             // SSH
	"tcp/23",             // Telnet
	"tcp/135-139",        // Windows RPC and NetBIOS
	"tcp/445",            // SMB
	"tcp/2375-2376",      // Docker
	"tcp/3389",           // RDP
	"udp/3389",           // RDP
	"tcp/5900-5903",      // VNC
	"tcp/5985-5986",      // WinRM
	"tcp/6443",           // Kubernetes API
	"tcp/10250",          // kubelet
	"tcp/2379-2380",      // etcd
	"tcp/4505-4506",      // Salt
	"tcp/512-514",        // r-commands
	"udp/161",            // SNMP
	"udp/623", "tcp/623", // IPMI
}

// DataPorts are the ports of databases, caches, search engines and queues.
var DataPorts = []string{
	"tcp/111", "tcp/2049", // NFS
	"tcp/1433-1434",        // SQL Server
	"tcp/1521",             // Oracle
	"tcp/3306",             // MySQL
	"tcp/5432",             // PostgreSQL
	"tcp/5439",             // Redshift
	"tcp/6379",             // Redis
	"tcp/9042", "tcp/9160", // Cassandra clients
	"tcp/9092", "tcp/9094", "tcp/9096", "tcp/9098", // Kafka
	"tcp/9200", "tcp/9300", // Elasticsearch
	"tcp/11211",       // memcached
	"udp/11211",       // memcached
	"tcp/27017-27019", // MongoDB
	"tcp/2383",        // SQL Server Analysis Services
}

// FrontPorts are what a public web server is expected to serve.
var FrontPorts = []string{"tcp/80", "tcp/443", "udp/443"}

// harmless is what tells nothing to nobody: ICMP of both families.
func harmless() packet.Set { return everything().On(packet.ICMP, packet.ICMPv6) }

// Ports reads flows such as "tcp/8000-8080" into a packet set; what is no
// flow is left out, settings are checked before they come here.
func Ports(flows []string) packet.Set {
	var set packet.Set
	for _, flow := range flows {
		if restrict, err := packet.ParseFlow(flow); err == nil {
			set = set.Union(restrict(everything()))
		}
	}
	return set
}

// wholeHost is how many TCP ports in one rule are no longer a choice of
// ports: half of them.
const wholeHost = 32768

// Class says what the packets of one rule reach on a host.
func (k *kinds) class(s packet.Set) analyzer.Target {
	switch s := s.Subtract(k.harmless); {
	case s.IsEmpty():
		return analyzer.NoTarget
	case count(s.ToPortsOf(packet.TCP)) >= wholeHost:
		return analyzer.WholeHost
	case s.Overlaps(k.data):
		return analyzer.DataStore
	case s.Overlaps(k.admin):
		return analyzer.AdminPort
	case s.SubsetOf(k.front):
		return analyzer.FrontDoor
	}
	return analyzer.Unexpected
}

// kinds are the port lists as packet sets.
type kinds struct{ harmless, data, admin, front packet.Set }

func newKinds() *kinds {
	return &kinds{harmless: harmless(), data: Ports(DataPorts), admin: Ports(AdminPorts), front: Ports(FrontPorts)}
}

func count(p packet.Ports) int {
	n := 0
	for _, r := range p.Ranges() {
		n += int(r.To) - int(r.From) + 1
	}
	return n
}
