//go:build unix

package checks_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/driver"
	"github.com/tfcheck/tfcheck/analyzer/input"
	"github.com/tfcheck/tfcheck/checks"
)

// mostParses is the budget of a configuration's analysis, in times the parsing
// of its files.
const mostParses = 4.0

// BenchmarkConfiguration compares what it takes to read and analyse a
// configuration with hclsyntax's parsing of the same files, in processor time
// and in turns. The budget holds for one that is made up, and for the largest
// of the corpus where there is one.
func BenchmarkConfiguration(b *testing.B) {
	b.Run("generated", func(b *testing.B) {
		root := estate(b)
		benchConfiguration(b, filepath.Join(root, "live"), sourcesOf(b, root), true)
	})
	if os.Getenv("TFCHECK_CORPUS_SOURCES") == "" {
		return
	}
	entries := corpus(b)
	sources := make([]map[string][]byte, len(entries))
	largest := 0
	for i, e := range entries {
		sources[i] = sourcesOf(b, filepath.Join(filepath.Dir(e.plan), "src"))
		if size(sources[i]) > size(sources[largest]) {
			largest = i
		}
	}
	for i, e := range entries {
		b.Run(e.name, func(b *testing.B) { benchConfiguration(b, e.source, sources[i], i == largest) })
	}
}

func benchConfiguration(b *testing.B, dir string, sources map[string][]byte, holds bool) {
	// A small one is measured several times at once, so that collecting what is
	// left behind counts as much as it does.
	times := 1 + 1<<20/size(sources)
	var parse, whole time.Duration
	for b.Loop() {
		parse += processorTime(times, func() {
			for name, src := range sources {
				_, _ = hclsyntax.ParseConfig(src, name, hcl.InitialPos)
			}
		})
		whole += processorTime(times, func() {
			stacks, err := input.Open(context.Background(), []string{dir}, input.Options{Wanted: aws.Types})
			if err != nil {
				b.Fatal(err)
			}
			report, err := driver.Analyze(context.Background(), driver.Options{Stacks: stacks, Known: checks.All()})
			if err != nil || report.Resources == 0 && holds {
				b.Fatalf("%d resources: %v", report.Resources, err)
			}
		})
	}
	ratio := float64(whole) / float64(parse)
	b.ReportMetric(ratio, "analysis/parse")
	b.ReportMetric(float64(size(sources))/1024, "KiB")
	if holds && ratio > mostParses {
		b.Errorf("the analysis takes %.1f times the parsing of the files, the budget is %.0f", ratio, mostParses)
	}
}

// processorTime is what doing something several times costs, what is left
// behind for the garbage collector included.
func processorTime(times int, do func()) time.Duration {
	began := processor()
	for range times {
		do()
	}
	runtime.GC()
	return processor() - began
}

// processor is the processor time that the process has taken.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func size(sources map[string][]byte) int {
	n := 0
	for _, src := range sources {
		n += len(src)
	}
	return n
}

// sourcesOf are the files of configuration below a folder.
func sourcesOf(tb testing.TB, dir string) map[string][]byte {
	tb.Helper()
	sources := map[string][]byte{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".tf") {
			return err
		}
		src, err := os.ReadFile(name)
		sources[name] = src
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return sources
}

// estate writes a configuration as large as those that people have: a root
// module that calls modules of its repository, each of which declares, describes
// and validates much more than it is given, as modules do.
func estate(b *testing.B) (root string) {
	b.Helper()
	root = b.TempDir()
	var live strings.Builder
	live.WriteString(estateRoot)
	for i := range 40 {
		name := fmt.Sprintf("service_%02d", i)
		fmt.Fprintf(&live, estateCall, name, i)
		var variables strings.Builder
		for n := range 60 {
			fmt.Fprintf(&variables, estateVariable, n)
		}
		for file, text := range map[string]string{"main.tf": estateModule, "options.tf": variables.String()} {
			write(b, filepath.Join(root, "modules", name, file), text)
		}
	}
	write(b, filepath.Join(root, "live", "main.tf"), live.String())
	return root
}

func write(b *testing.B, file, text string) {
	b.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
}

const estateRoot = `
locals {
  zones = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
  tags  = { owner = "platform", stage = "live" }
}

provider "aws" {
  region = "eu-west-1"
}
`

const estateCall = `
module %[1]q {
  source = "../modules/%[1]s"

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

const estateVariable = `
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

const estateModule = `
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
