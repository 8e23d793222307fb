# Every secret in here must stay in here: a test looks for each of them in all
# outputs. plan.json is what terraform planned of it.

variable "office" {
  type      = string
  sensitive = true
  default   = "52.37.0.0/16"
}

variable "partner" {
  type      = string
  sensitive = true
  default   = "8.0.0.0/6"
}

variable "port" {
  type      = number
  sensitive = true
  default   = 61222
}

variable "password" {
  type      = string
  sensitive = true
  default   = "canary-password-default"
}

variable "bootstrap" {
  type      = string
  sensitive = true
  default   = "export AWS_ACCESS_KEY_ID=AKIAQXJ3TPLN7MWERVBB canary-script"
}

provider "aws" {
  region     = "us-east-1"
  access_key = "AKIAQXJ3TPLN7MWERVDD"
  secret_key = "canarysecretcanarysecretcanarysecretcana"
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "public" {
  vpc_id                  = aws_vpc.main.id
  cidr_block              = "10.0.0.0/24"
  map_public_ip_on_launch = true
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_default_route_table" "main" {
  default_route_table_id = aws_vpc.main.default_route_table_id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}

resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = aws_vpc.main.id
}

resource "aws_security_group" "office" {
  name   = "office"
  vpc_id = aws_vpc.main.id

  ingress {
    description = "the office"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = [var.office]
  }
}

resource "aws_vpc_security_group_ingress_rule" "partner" {
  security_group_id = aws_security_group.web.id
  cidr_ipv4         = var.partner
  ip_protocol       = "tcp"
  from_port         = 5432
  to_port           = 5432
}

resource "aws_vpc_security_group_ingress_rule" "literal" {
  security_group_id = aws_security_group.web.id
  description       = sensitive("canary-description")
  cidr_ipv4         = sensitive("52.99.0.0/16")
  ip_protocol       = "tcp"
  from_port         = 8443
  to_port           = 8443
}

resource "aws_security_group" "hidden" {
  name   = "hidden"
  vpc_id = aws_vpc.main.id
}

resource "aws_security_group_rule" "hidden" {
  security_group_id = aws_security_group.hidden.id
  type              = "ingress"
  from_port         = var.port
  to_port           = var.port
  protocol          = "tcp"
  cidr_blocks       = ["0.0.0.0/0"]
}

resource "aws_instance" "web" {
  ami                    = "ami-0123456789abcdef0"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.public.id
  vpc_security_group_ids = [aws_security_group.web.id, aws_security_group.office.id]
  user_data              = "export AWS_ACCESS_KEY_ID=AKIAQXJ3TPLN7MWERVCC canary-plain"
}

resource "aws_instance" "hidden" {
  ami                    = "ami-0123456789abcdef0"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.public.id
  vpc_security_group_ids = [aws_security_group.hidden.id]
  user_data              = var.bootstrap
}

resource "aws_db_instance" "main" {
  allocated_storage      = 20
  engine                 = "postgres"
  instance_class         = "db.t3.micro"
  username               = "canary-username"
  password               = var.password
  publicly_accessible    = true
  skip_final_snapshot    = true
  vpc_security_group_ids = [aws_security_group.web.id]
}
