package exposure

import (
	"net/netip"

	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/analyzer/packet"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/checks/internal/example"
	"github.com/tfcheck/tfcheck/checks/internal/exposed"
)

// ClusterAPI reports Kubernetes APIs that answer everyone.
var ClusterAPI = &analyzer.Check{
	ID:       "cluster-api-open",
	Title:    "a cluster's Kubernetes API answers the whole internet",
	Tier:     analyzer.Default,
	Guidance: []string{"G05", "G33"},
	Derived:  true,
	Rationale: `The public endpoint of a cluster lies outside the VPC: no security group, network ACL or route guards it, only ` +
		`its list of addresses, which is everyone unless it is set. Every request must still be authenticated, so this is one ` +
		`stolen credential or one flaw of the API server away from the cluster.`,
	Remediation: `Name the addresses that need the API in public_access_cidrs, or switch the public endpoint off and the ` +
		`private one on.`,
	Bad:  clusterExample(""),
	Good: clusterExample("\n    endpoint_private_access = true\n    public_access_cidrs     = [\"203.0.113.0/24\"]"),
	Replaces: []analyzer.Replacement{
		{ID: "AWS-0040", Relation: "narrower"},
		{ID: "AWS-0041", Relation: "equal"},
		{ID: "CKV_AWS_38", Relation: "equal"},
		{ID: "CKV_AWS_39", Relation: "narrower"},
		{ID: "eks_cluster_has_public_access", Relation: "narrower"},
		{ID: "eks_cluster_has_public_access_cidrs", Relation: "equal"},
		{ID: "EKS.1", Relation: "narrower"},
	},
	Run: runClusterAPI,
}

// clusterExample is a cluster with further settings of its endpoints.
func clusterExample(access string) string {
	return example.PublicSubnet + example.PrivateSubnet + `
resource "aws_iam_role" "cluster" {
  name = "cluster"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "eks.amazonaws.com" } }]
  })
}

resource "aws_eks_cluster" "main" {
  name     = "main"
  role_arn = aws_iam_role.cluster.arn

  vpc_config {
    subnet_ids = aws_subnet.private[*].id` + access + `
  }
}
`
}

func runClusterAPI(p *analyzer.Pass) {
	for _, s := range p.Network.PublicServices {
		if s.Resource == nil || s.Resource.Addr.Type != "aws_eks_cluster" {
			continue
		}
		p.Judges(s.Resource)
		known, certain := sources(s.Sources)
		verdict := analyzer.Violation
		switch {
		case s.Public == tf.No:
			continue
		case s.Public == tf.Yes && known == analyzer.Anyone:
		case certain && known < analyzer.Anyone:
			continue
		default:
			verdict = analyzer.Undetermined
		}
		finding := analyzer.Finding{
			Cause:    s.Cause,
			Subjects: []analyzer.Subject{{Address: s.Label, Verdict: verdict}},
			Effect:   analyzer.Effect{Reach: analyzer.Anyone, Target: analyzer.AdminPort, Guarded: true},
			Message:  "the internet can reach the Kubernetes API of " + s.Label + " on tcp/443",
			Fix:      "name the addresses that need the API in public_access_cidrs",
		}
		if verdict == analyzer.Undetermined {
			finding.WaitsFor = []tf.Fact{{
				ID:     "sources:" + s.Label,
				Text:   "which addresses may reach the Kubernetes API of " + s.Label,
				Settle: "known after apply",
			}}
		}
		p.Report(finding)
	}
}

// sources says how wide the known prefixes are together, and whether all of
// them are known.
func sources(cidrs []tf.Val[netip.Prefix]) (analyzer.Reach, bool) {
	var known []netip.Prefix
	for _, cidr := range cidrs {
		if prefix, ok := cidr.Known(); ok {
			known = append(known, prefix)
		}
	}
	return exposed.Width(packet.Prefixes(known...)), len(known) == len(cidrs)
}
