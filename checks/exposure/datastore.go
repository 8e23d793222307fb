package exposure

import (
	"github.com/tfcheck/tfcheck/analyzer"
	"github.com/tfcheck/tfcheck/checks/internal/example"
	"github.com/tfcheck/tfcheck/checks/internal/exposed"
)

// DataStore reports databases, caches and queues that anyone reaches.
var DataStore = &analyzer.Check{
	ID:       "internet-reaches-data-store",
	Title:    "the internet reaches a database, cache, file system or queue",
	Tier:     analyzer.Default,
	Guidance: []string{"G04", "G05", "G09", "G33"},
	Rationale: `A data store that answers the whole internet is one leaked or guessed password away from being copied. ` +
		`The finding holds the complete way in: a public address, a route to an internet gateway, and security group and ` +
		`network ACL open on the port, in both directions. Managed data stores count on every port, instances on the ports ` +
		`that data stores use.`,
	Remediation: `Let the security group rule name the security group of the tier that uses the data, keep the data store in ` +
		`subnets without a route to an internet gateway, and set publicly_accessible to false.`,
	Bad: example.PublicSubnet + `
resource "aws_db_subnet_group" "db" {
  subnet_ids = aws_subnet.public[*].id
}

resource "aws_security_group" "db" {
  vpc_id = aws_vpc.main.id

  ingress {
    protocol    = "tcp"
    from_port   = 5432
    to_port     = 5432
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_db_instance" "orders" {
  identifier                  = "orders"
  engine                      = "postgres"
  instance_class              = "db.t4g.micro"
  allocated_storage           = 20
  storage_encrypted           = true
  username                    = "orders"
  manage_master_user_password = true
  publicly_accessible         = true
  db_subnet_group_name        = aws_db_subnet_group.db.name
  vpc_security_group_ids      = [aws_security_group.db.id]
}
`,
	Good: example.PublicSubnet + example.PrivateSubnet + example.Database + `}
`,
	Replaces: []analyzer.Replacement{
		{ID: "CKV_AWS_17", Relation: "narrower"},
		{ID: "CKV_AWS_87", Relation: "narrower"},
		{ID: "CKV_AWS_89", Relation: "narrower"},
		{ID: "CKV_AWS_102", Relation: "narrower"},
		{ID: "AWS-0180", Relation: "narrower"},
		{ID: "rds_db_instance_publicly_accessible", Relation: "narrower"},
		{ID: "rds_associated_with_public_subnet", Relation: "narrower"},
		{ID: "redshift_publicly_accessible", Relation: "narrower"},
		{ID: "sql_analysis_services_port_2383_is_publicly_accessible", Relation: "narrower"},
		{ID: "CKV_AWS_69", Relation: "narrower"},
		{ID: "AWS-0072", Relation: "narrower"},
		{ID: "mq_broker_is_publicly_accessible", Relation: "narrower"},
		{ID: "CKV_AWS_137", Relation: "narrower"},
		{ID: "Opensearch.2", Relation: "narrower"},
		{ID: "RDS.2", Relation: "narrower"},
		{ID: "Redshift.1", Relation: "narrower"},
		{ID: "EC2.19", Relation: "narrower"},
	},
	Run: func(p *analyzer.Pass) {
		report(p, "the internet",
			"admit the security group of the tier that uses the data instead of the internet, and take the public address away",
			func(part *exposed.Part) bool {
				return part.Reach == analyzer.Anyone && part.Target == analyzer.DataStore
			})
	},
}
