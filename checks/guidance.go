package checks

import "slices"

// Source is a document that guidance is taken from.
type Source struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// The documents. The AWS page exists in three versions, whose current one
// wins over the older two.
var (
	aws        = Source{"AWS: Infrastructure security in Amazon EC2", "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/infrastructure-security.html"}
	awsOlder   = Source{"AWS: Infrastructure security in Amazon EC2 (earlier edition, Windows guide)", "https://docs.aws.amazon.com/AWSEC2/latest/WindowsGuide/infrastructure-security.html"}
	awsLinux   = Source{"AWS: Infrastructure security in Amazon EC2 (earlier edition, Linux guide)", "https://github.com/awsdocs/amazon-ec2-user-guide/blob/master/doc_source/infrastructure-security.md"}
	sysdig     = Source{"Sysdig: How to secure AWS EC2", "https://sysdig.com/learn-cloud-native/cloud-security/how-to-secure-aws-ec2/"}
	techTarget = Source{"TechTarget: EC2 Security Group bundles security policy for instances", "https://searchaws.techtarget.com/tip/EC2-Security-Group-bundles-security-policy-for-instances"}
)

// Statement is one piece of guidance in our words.
type Statement struct {
	ID        string
	Statement string
	Sources   []Source
	// Undecidable is why no plan can decide it; such a statement stays in the
	// catalogue, so that nobody believes it was checked.
	Undecidable string
}

// Covered are the checks that enforce the statement, and those among them
// that go beyond its sentence.
func (s Statement) Covered() (checks, derived []string) {
	for _, c := range All() {
		if !slices.Contains(c.Guidance, s.ID) {
			continue
		}
		checks = append(checks, c.ID)
		if c.Derived {
			derived = append(derived, c.ID)
		}
	}
	return checks, derived
}

var (
	allAWS     = []Source{aws, awsOlder, awsLinux}
	windowsAWS = []Source{aws, awsOlder}
	allFlow    = []Source{aws, awsOlder, awsLinux, techTarget}
)

// Guidance are all statements, covered or not.
func Guidance() []Statement {
	return []Statement{
		{ID: "G01", Statement: "Clients speak TLS 1.2 or later with cipher suites that have forward secrecy", Sources: allAWS},
		{ID: "G02", Statement: "Requests to AWS are signed by a principal or by temporary credentials, not by keys that lie about", Sources: allAWS},
		{ID: "G03", Statement: "Workloads and organisational units are kept apart in VPCs of their own", Sources: allAWS,
			Undecidable: "which workloads belong together is the team's knowledge; intents state it"},
		{ID: "G04", Statement: "Subnets keep the tiers of an application apart", Sources: allAWS},
		{ID: "G05", Statement: "What needs no direct internet access stands in private subnets", Sources: allAWS},
		{ID: "G06", Statement: "The APIs of AWS can be reached privately, through endpoints", Sources: allAWS},
		{ID: "G07", Statement: "Hosts are isolated and memory is scrubbed between tenants", Sources: allAWS,
			Undecidable: "AWS does this on its side; nothing of it stands in a plan"},
		{ID: "G08", Statement: "Source/destination checking is off only where traffic of others is forwarded", Sources: allAWS},
		{ID: "G09", Statement: "Security groups admit the least that is needed: known addresses, or single protocols such as HTTPS", Sources: allFlow},
		{ID: "G10", Statement: "Windows management traffic comes from a few well-defined servers only", Sources: windowsAWS},
		{ID: "G11", Statement: "Security groups are the primary control; network ACLs are used sparingly, coarse and stateless", Sources: windowsAWS},
		{ID: "G12", Statement: "Network ACLs are a second line of defence and a guard rail for whole subnets", Sources: windowsAWS},
		{ID: "G13", Statement: "Access to the instance metadata service is limited", Sources: windowsAWS},
		{ID: "G14", Statement: "Private instances use a NAT gateway outwards and a bastion host inwards", Sources: allAWS},
		{ID: "G15", Statement: "Remote desktops are reached inside TLS, through a gateway", Sources: windowsAWS},
		{ID: "G16", Statement: "Windows users are managed centrally, in a directory", Sources: windowsAWS,
			Undecidable: "accounts inside the operating system do not stand in a plan"},
		{ID: "G17", Statement: "Administrators of an operating system have just enough rights", Sources: windowsAWS,
			Undecidable: "rights inside the operating system do not stand in a plan"},
		{ID: "G18", Statement: "Fleets are managed with Systems Manager instead of by logging in", Sources: windowsAWS},
		{ID: "G19", Statement: "Route tables carry the fewest routes: an internet gateway or a virtual private gateway only where it is needed", Sources: windowsAWS},
		{ID: "G20", Statement: "Management traffic has security groups or network interfaces of its own", Sources: windowsAWS},
		{ID: "G21", Statement: "Remote networks are connected by VPN or Direct Connect", Sources: allAWS},
		{ID: "G22", Statement: "VPC flow logs record the traffic", Sources: allFlow},
		{ID: "G23", Statement: "GuardDuty looks for malware on volumes", Sources: []Source{aws}},
		{ID: "G24", Statement: "GuardDuty watches what runs on instances", Sources: []Source{aws}},
		{ID: "G25", Statement: "Networks are checked for unintended accessibility", Sources: allAWS},
		{ID: "G26", Statement: "EC2 Instance Connect replaces SSH keys that are shared", Sources: []Source{aws, awsLinux}},
		{ID: "G27", Statement: "Session Manager replaces inbound SSH and RDP", Sources: allAWS},
		{ID: "G28", Statement: "Routine administration is automated with Run Command", Sources: allAWS,
			Undecidable: "how people do routine work does not stand in a plan"},
		{ID: "G29", Statement: "Applications on the host restrict access themselves", Sources: windowsAWS,
			Undecidable: "the configuration of applications inside the operating system does not stand in a plan"},
		{ID: "G30", Statement: "Gateways, proxies and firewalls add further control where they are needed", Sources: allAWS},
		{ID: "G31", Statement: "An instance carries one workload", Sources: []Source{sysdig},
			Undecidable: "what runs on an instance does not stand in a plan"},
		{ID: "G32", Statement: "Roles and policies for EC2 grant the least that is needed", Sources: []Source{sysdig}},
		{ID: "G33", Statement: "Nothing faces the internet that need not, and only on the ports it needs", Sources: []Source{sysdig}},
		{ID: "G34", Statement: "Instances are tracked and scanned for vulnerabilities", Sources: []Source{sysdig}},
		{ID: "G35", Statement: "Instances are kept patched", Sources: []Source{sysdig}},
		{ID: "G36", Statement: "EBS volumes are encrypted", Sources: []Source{sysdig}},
		{ID: "G37", Statement: "Each application, tier and administration group has a security group of its own", Sources: []Source{techTarget}},
		{ID: "G38", Statement: "Not every instance has a security group of its own", Sources: []Source{techTarget}},
		{ID: "G39", Statement: "Not all instances share one security group", Sources: []Source{techTarget}},
		{ID: "G40", Statement: "Nothing relies on a VPC's default security group", Sources: []Source{techTarget}},
		{ID: "G41", Statement: "Routing and subnets are planned, with restrictive ACLs between networks", Sources: []Source{techTarget}},
		{ID: "G42", Statement: "The rules of ACLs grant the least that is needed", Sources: []Source{techTarget}},
		{ID: "G43", Statement: "Outbound rules get the same attention as inbound ones", Sources: []Source{techTarget}},
		{ID: "G44", Statement: "Logging is on everywhere: flow logs, CloudTrail, IAM", Sources: []Source{techTarget}},
	}
}
