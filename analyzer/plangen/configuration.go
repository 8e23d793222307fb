package plangen

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Estate writes a configuration as large as those that people have: a root
// module, live, that calls modules beside it, each of which declares, describes
// and validates much more than it is given, as modules do.
func Estate(dir string, services int) error {
	var variables strings.Builder
	for n := range 60 {
		fmt.Fprintf(&variables, optionText, n)
	}
	root := providerText + localsText
	files := map[string]string{}
	for i := range services {
		name := fmt.Sprintf("service_%02d", i)
		root += fmt.Sprintf(callText, name, i, "../modules/"+name)
		files["modules/"+name+"/main.tf"] = serviceText
		files["modules/"+name+"/options.tf"] = variables.String()
	}
	files["live/main.tf"] = root
	return writeFiles(dir, files)
}

// Monorepo writes a repository of root modules, stacks/000 and so on, which
// call one module; each has a bastion that everyone may log in to.
func Monorepo(dir string, stacks int) error {
	files := map[string]string{"modules/service/main.tf": serviceText, ".git/HEAD": "ref: refs/heads/main\n"}
	for i := range stacks {
		files[fmt.Sprintf("stacks/%03d/main.tf", i)] = providerText + localsText + fmt.Sprintf(callText, "service", i, "../../modules/service") + bastionText
	}
	return writeFiles(dir, files)
}

func writeFiles(dir string, files map[string]string) error {
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

const providerText = `
provider "aws" {
  region = "eu-west-1"
}
`

const localsText = `
locals {
  zones = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
  tags  = { owner = "platform", stage = "live" }
}
`

const callText = `
module %[1]q {
  source = %[3]q

  name  = %[1]q
  cidr  = cidrsubnet("10.0.0.0/8", 8, %[2]d)
  zones = local.zones
  tags  = merge(local.tags, { service = %[1]q })

  rules = {
    https = { port = 443, cidrs = ["0.0.0.0/0"] }
    http  = { port = 8080, cidrs = ["10.0.0.0/8"] }
  }
}
`

const optionText = `
variable "option_%[1]d" {
  description = "What to do in case number %[1]d: one of the modes that the service knows, see its documentation"
  type        = object({ mode = optional(string, "standard"), limit = optional(number, 10), labels = optional(map(string), {}) })
  default     = {}

  validation {
    condition     = contains(["standard", "fast", "off"], var.option_%[1]d.mode)
    error_message = "The mode is standard, fast or off, not ${var.option_%[1]d.mode}."
  }
}
`

const serviceText = `
variable "name" {
  type = string
}

variable "cidr" {
  type = string
}

variable "zones" {
  type = list(string)
}

variable "tags" {
  type    = map(string)
  default = {}
}

variable "create" {
  type    = bool
  default = true
}

variable "rules" {
  type = map(object({
    port     = number
    protocol = optional(string, "tcp")
    cidrs    = optional(list(string), [])
  }))
  default = {}
}

locals {
  public  = [for i, zone in var.zones : cidrsubnet(var.cidr, 8, i)]
  private = { for i, zone in var.zones : zone => cidrsubnet(var.cidr, 8, i + 100) }
  tags    = merge(var.tags, { Name = var.name })
}

resource "aws_vpc" "this" {
  count = var.create ? 1 : 0

  cidr_block           = var.cidr
  enable_dns_hostnames = true
  tags                 = local.tags
}

resource "aws_internet_gateway" "this" {
  count = var.create && length(local.public) > 0 ? 1 : 0

  vpc_id = aws_vpc.this[0].id
  tags   = local.tags
}

resource "aws_subnet" "public" {
  count = var.create ? length(local.public) : 0

  vpc_id                  = aws_vpc.this[0].id
  cidr_block              = local.public[count.index]
  availability_zone       = element(var.zones, count.index)
  map_public_ip_on_launch = true
  tags                    = merge(local.tags, { Name = format("%s-public-%s", var.name, var.zones[count.index]) })
}

resource "aws_subnet" "private" {
  for_each = var.create ? local.private : {}

  vpc_id            = aws_vpc.this[0].id
  cidr_block        = each.value
  availability_zone = each.key
  tags              = merge(local.tags, { Name = "${var.name}-private-${each.key}" })
}

resource "aws_route_table" "public" {
  count = var.create ? 1 : 0

  vpc_id = aws_vpc.this[0].id
  tags   = local.tags
}

resource "aws_route" "internet" {
  count = var.create ? 1 : 0

  route_table_id         = aws_route_table.public[0].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this[0].id
}

resource "aws_route_table_association" "public" {
  count = length(aws_subnet.public)

  subnet_id      = aws_subnet.public[count.index].id
  route_table_id = aws_route_table.public[0].id
}

# What may come in is up to the caller.
resource "aws_security_group" "this" {
  count = var.create ? 1 : 0

  name_prefix = "${var.name}-"
  vpc_id      = aws_vpc.this[0].id

  dynamic "ingress" {
    for_each = var.rules
    content {
      description = ingress.key
      protocol    = ingress.value.protocol
      from_port   = ingress.value.port
      to_port     = ingress.value.port
      cidr_blocks = ingress.value.cidrs
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_instance" "this" {
  for_each = aws_subnet.private

  ami                    = "ami-0123456789abcdef0"
  instance_type          = "t3.micro"
  subnet_id              = each.value.id
  vpc_security_group_ids = [try(aws_security_group.this[0].id, null)]

  metadata_options {
    http_tokens = "required"
  }
}

output "vpc_id" {
  value = one(aws_vpc.this[*].id)
}

output "subnet_ids" {
  value = concat(aws_subnet.public[*].id, [for subnet in aws_subnet.private : subnet.id])
}
`

const bastionText = `
resource "aws_security_group" "ssh" {
  vpc_id = module.service.vpc_id

  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_instance" "bastion" {
  ami                         = "ami-0123456789abcdef0"
  instance_type               = "t3.micro"
  subnet_id                   = module.service.subnet_ids[0]
  associate_public_ip_address = true
  vpc_security_group_ids      = [aws_security_group.ssh.id]
}
`
