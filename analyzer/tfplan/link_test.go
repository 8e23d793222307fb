package tfplan

import (
	"slices"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/tf"
)

// Each case says what an unknown argument becomes.
func TestLinks(t *testing.T) {
	twoSubnets := slices.Clip(news(`aws_vpc.a`, `aws_subnet.s[0]`, `aws_subnet.s[1]`))
	subnet := func(address string) string { return created(address, `{}`, `{"id":true,"subnet_id":true}`) }
	instance := func(expression string) string {
		return `{"resources":[` + blockJSON("aws_subnet", "s", `{}`, `,"count_expression":{"constant_value":2}`) + `,` +
			blockJSON("aws_instance", "i", `{"subnet_id":`+expression+`}`, ``) + `]}`
	}
	cases := []struct {
		name    string
		changes []string
		root    string
		at      string // address, then the path of the argument
		want    string
	}{
		{"U-1: the bare reference is exact",
			append(news(`aws_subnet.s`), subnet(`aws_instance.i`)),
			instance(refs("aws_subnet.s.id", "aws_subnet.s")), `aws_instance.i subnet_id`, `aws_subnet.s`},
		{"U-3: a literal index is exact",
			append(twoSubnets, subnet(`aws_instance.i`)),
			instance(refs("aws_subnet.s[1].id", "aws_subnet.s[1]", "aws_subnet.s")), `aws_instance.i subnet_id`, `aws_subnet.s[1]`},
		{"U-3: a literal string index is exact",
			append(news(`aws_subnet.s["a.b"]`, `aws_subnet.s["c"]`), subnet(`aws_instance.i`)),
			instance(refs(`aws_subnet.s["a.b"].id`, `aws_subnet.s["a.b"]`, `aws_subnet.s`)), `aws_instance.i subnet_id`, `aws_subnet.s["a.b"]`},
		{"U-3: a lost index leaves candidates",
			append(twoSubnets, subnet(`aws_instance.i`)),
			instance(refs("aws_subnet.s")), `aws_instance.i subnet_id`, `?(aws_subnet.s[0] aws_subnet.s[1])`},
		{"U-3: equal keys are paired as an assumption",
			append(twoSubnets, subnet(`aws_instance.i[0]`), subnet(`aws_instance.i[1]`)),
			instance(refs("aws_subnet.s", "count.index")), `aws_instance.i[1] subnet_id`, `~aws_subnet.s[1]`},
		{"U-3: an attribute of each.value pairs nothing",
			append(news(`aws_subnet.s["a"]`, `aws_subnet.s["b"]`), subnet(`aws_instance.i["a"]`), subnet(`aws_instance.i["b"]`)),
			instance(refs("aws_subnet.s", "each.value.subnet", "each.value")), `aws_instance.i["b"] subnet_id`, `?(aws_subnet.s["a"] aws_subnet.s["b"])`},
		{"U-3: other keys are not paired",
			append(twoSubnets, subnet(`aws_instance.i[0]`), subnet(`aws_instance.i[1]`), subnet(`aws_instance.i[2]`)),
			instance(refs("aws_subnet.s", "count.index")), `aws_instance.i[2] subnet_id`, `?(aws_subnet.s[0] aws_subnet.s[1])`},
		{"the one instance, whatever the index",
			append(news(`aws_subnet.s[0]`), subnet(`aws_instance.i[0]`), subnet(`aws_instance.i[1]`)),
			instance(refs("aws_subnet.s", "count.index")), `aws_instance.i[1] subnet_id`, `aws_subnet.s[0]`},
		{"U-1: a conditional lists all operands",
			append(news(`aws_subnet.s`, `aws_subnet.t`), subnet(`aws_instance.i`)),
			instance(refs("var.x", "aws_subnet.s.id", "aws_subnet.s", "aws_subnet.t.id", "aws_subnet.t")), `aws_instance.i subnet_id`, `?(aws_subnet.s aws_subnet.t)`},
		{"operands without instances are dropped",
			append(news(`aws_subnet.s`), subnet(`aws_instance.i`)),
			instance(refs("var.x", "aws_subnet.none[0].id", "aws_subnet.none[0]", "aws_subnet.none", "aws_subnet.s.id", "aws_subnet.s")), `aws_instance.i subnet_id`, `aws_subnet.s`},
		{"operands of other types are dropped",
			append(news(`aws_vpc.a`, `aws_subnet.s`), subnet(`aws_instance.i`)),
			instance(refs("aws_vpc.a.id", "aws_vpc.a", "aws_subnet.s.id", "aws_subnet.s")), `aws_instance.i subnet_id`, `aws_subnet.s`},
		{"nothing known is anything",
			append(news(`aws_subnet.s`), subnet(`aws_instance.i`)),
			instance(refs("data.external.x.result", "data.external.x")), `aws_instance.i subnet_id`, `?`},
		{"U-4: unset stays unknown",
			append(news(`aws_subnet.s`), subnet(`aws_instance.i`)),
			`{"resources":[` + blockJSON("aws_instance", "i", `{}`, ``) + `]}`, `aws_instance.i subnet_id`, `?`},
		{"a local is the only one of its type",
			append(news(`aws_vpc.a`), created(`aws_subnet.s`, `{}`, `{"vpc_id":true}`)),
			`{"resources":[` + blockJSON("aws_subnet", "s", `{"vpc_id":`+refs("local.vpc_id")+`}`, ``) + `]}`, `aws_subnet.s vpc_id`, `~aws_vpc.a`},
		{"a local of several",
			append(news(`aws_vpc.a`, `aws_vpc.b`), created(`aws_subnet.s`, `{}`, `{"vpc_id":true}`)),
			`{"resources":[` + blockJSON("aws_subnet", "s", `{"vpc_id":`+refs("local.vpc_id")+`}`, ``) + `]}`, `aws_subnet.s vpc_id`, `~?(aws_vpc.a aws_vpc.b)`},
		{"a local that bears a resource's name",
			append(news(`aws_vpc.app`, `aws_vpc.data`), created(`aws_subnet.s`, `{}`, `{"vpc_id":true}`)),
			`{"resources":[` + blockJSON("aws_subnet", "s", `{"vpc_id":`+refs("local.data_vpc_id")+`}`, ``) + `]}`, `aws_subnet.s vpc_id`, `~aws_vpc.data`},
		{"a local list may hold what the module is given",
			[]string{news(`aws_security_group.given`)[0], news(`module.m.aws_security_group.own`)[0], created(`module.m.aws_instance.i`, `{}`, `{"vpc_security_group_ids":true}`)},
			`{"module_calls":{"m":{"expressions":{"extra":` + refs("aws_security_group.given.id", "aws_security_group.given") + `},"module":{"resources":[` +
				blockJSON("aws_instance", "i", `{"vpc_security_group_ids":`+refs("local.group_ids")+`}`, ``) + `]}}}}`,
			`module.m.aws_instance.i vpc_security_group_ids`, `~?(module.m.aws_security_group.own aws_security_group.given)`},
		{"a flag beside is no alternative",
			append(news(`aws_vpc.a`, `aws_vpc.b`), created(`aws_subnet.s`, `{}`, `{"vpc_id":true}`)),
			`{"resources":[` + blockJSON("aws_subnet", "s", `{"vpc_id":`+refs("local.create_vpc", "aws_vpc.a.id", "aws_vpc.a")+`}`, ``) + `]}`, `aws_subnet.s vpc_id`, `~aws_vpc.a`},
		{"an attribute that is a link itself",
			append(news(`aws_vpc.a`), created(`aws_subnet.s`, `{}`, `{"vpc_id":true,"id":true}`), created(`aws_security_group.g`, `{}`, `{"vpc_id":true}`)),
			`{"resources":[` + blockJSON("aws_subnet", "s", `{"vpc_id":`+refs("aws_vpc.a.id", "aws_vpc.a")+`}`, ``) + `,` +
				blockJSON("aws_security_group", "g", `{"vpc_id":`+refs("aws_subnet.s.vpc_id", "aws_subnet.s")+`}`, ``) + `]}`, `aws_security_group.g vpc_id`, `aws_vpc.a`},
		{"a companion of the instance, named by its attribute",
			append(news(`aws_vpc.a`), created(`aws_security_group_rule.r`, `{}`, `{"security_group_id":true}`)),
			`{"resources":[` + blockJSON("aws_security_group_rule", "r", `{"security_group_id":`+refs("aws_vpc.a.default_security_group_id", "aws_vpc.a")+`}`, ``) + `]}`,
			`aws_security_group_rule.r security_group_id`, `aws_vpc.a#default_security_group_id`},
		{"the instance's own id",
			news(`aws_vpc.a`), `{}`, `aws_vpc.a id`, `aws_vpc.a`},
		{"a list of all instances",
			append(twoSubnets, created(`aws_lb.l`, `{}`, `{"subnets":true}`)),
			`{"resources":[` + blockJSON("aws_lb", "l", `{"subnets":`+refs("aws_subnet.s")+`}`, ``) + `]}`, `aws_lb.l subnets`, `[aws_subnet.s[0] aws_subnet.s[1]]`},
		{"a list of several operands",
			append(twoSubnets, append(news(`aws_subnet.t`), created(`aws_lb.l`, `{}`, `{"subnets":true}`))...),
			`{"resources":[` + blockJSON("aws_lb", "l", `{"subnets":`+refs("aws_subnet.s", "aws_subnet.t.id", "aws_subnet.t")+`}`, ``) + `]}`, `aws_lb.l subnets`,
			`[aws_subnet.s[0] aws_subnet.s[1] aws_subnet.t]`},
		{"a list that may be a condition",
			append(twoSubnets, append(news(`aws_subnet.t`), created(`aws_lb.l`, `{}`, `{"subnets":true}`))...),
			`{"resources":[` + blockJSON("aws_lb", "l", `{"subnets":`+refs("var.internal", "aws_subnet.s", "aws_subnet.t.id", "aws_subnet.t")+`}`, ``) + `]}`, `aws_lb.l subnets`,
			`?(aws_subnet.s[0] aws_subnet.s[1] aws_subnet.t)`},
		{"a list with a data source that is not kept",
			append(news(`aws_subnet.t`), created(`aws_lb.l`, `{}`, `{"subnets":true}`)),
			`{"resources":[` + blockJSON("aws_lb", "l", `{"subnets":`+refs("aws_subnet.t.id", "aws_subnet.t", "data.ssm.x.value", "data.ssm.x")+`}`, ``) + `]}`, `aws_lb.l subnets`,
			`[aws_subnet.t ?]`},
		{"U-2: an attribute written as blocks, matched by kind",
			append(news(`aws_internet_gateway.g`, `aws_nat_gateway.n`), created(`aws_route_table.r`, `{"route":[{},{}]}`, `{"route":[{"gateway_id":true},{"nat_gateway_id":true}]}`)),
			`{"resources":[` + blockJSON("aws_route_table", "r", `{"route":`+refs("aws_internet_gateway.g.id", "aws_internet_gateway.g", "aws_nat_gateway.n.id", "aws_nat_gateway.n")+`}`, ``) + `]}`,
			`aws_route_table.r route.1.nat_gateway_id`, `aws_nat_gateway.n`},
		{"U-2: two of a kind",
			append(news(`aws_nat_gateway.n`, `aws_nat_gateway.m`), created(`aws_route_table.r`, `{"route":[{},{}]}`, `{"route":[{"nat_gateway_id":true},{"nat_gateway_id":true}]}`)),
			`{"resources":[` + blockJSON("aws_route_table", "r", `{"route":`+refs("aws_nat_gateway.m.id", "aws_nat_gateway.m", "aws_nat_gateway.n.id", "aws_nat_gateway.n")+`}`, ``) + `]}`,
			`aws_route_table.r route.1.nat_gateway_id`, `?(aws_nat_gateway.m aws_nat_gateway.n)`},
		{"U-2: a group named in one of several blocks",
			append(news(`aws_security_group.g`), created(`aws_security_group.h`, `{"ingress":[{},{}]}`, `{"ingress":[{"security_groups":true},{}]}`)),
			`{"resources":[` + blockJSON("aws_security_group", "h", `{"ingress":`+refs("aws_security_group.g.id", "aws_security_group.g", "aws_vpc.a.cidr_block", "aws_vpc.a")+`}`, ``) + `]}`,
			`aws_security_group.h ingress.0.security_groups`, `[aws_security_group.g]`},
		{"nested blocks keep their expressions",
			append(news(`aws_subnet.s`, `aws_subnet.t`), created(`aws_lb.l`, `{"subnet_mapping":[{"port":1},{"port":2}]}`, `{"subnet_mapping":[{"subnet_id":true},{"subnet_id":true}]}`)),
			`{"resources":[` + blockJSON("aws_lb", "l", `{"subnet_mapping":[{"port":{"constant_value":2},"subnet_id":`+refs("aws_subnet.s.id", "aws_subnet.s")+`},{"port":{"constant_value":1},"subnet_id":`+refs("aws_subnet.t.id", "aws_subnet.t")+`}]}`, ``) + `]}`,
			`aws_lb.l subnet_mapping.0.subnet_id`, `aws_subnet.t`},
		{"U-2: a dynamic block leaves nothing, but one may be meant",
			append(news(`aws_lb_target_group.t`), created(`aws_lb_listener.l`, `{"default_action":[{}]}`, `{"default_action":[{"target_arn":true}]}`)),
			`{"resources":[` + blockJSON("aws_lb_listener", "l", `{}`, ``) + `]}`, `aws_lb_listener.l default_action.0.target_arn`, `~aws_lb_target_group.t#arn`},
		{"U-2: a dynamic block among several",
			append(news(`aws_lb_target_group.t`, `aws_lb_target_group.u`), created(`aws_lb_listener.l`, `{"default_action":[{}]}`, `{"default_action":[{"target_arn":true}]}`)),
			`{"resources":[` + blockJSON("aws_lb_listener", "l", `{}`, ``) + `]}`, `aws_lb_listener.l default_action.0.target_arn`, `?`},
		{"each.value of a resource",
			append(news(`aws_subnet.s["a"]`, `aws_subnet.s["b"]`), subnet(`aws_instance.i["a"]`), subnet(`aws_instance.i["b"]`)),
			`{"resources":[` + blockJSON("aws_instance", "i", `{"subnet_id":`+refs("each.value.id", "each.value")+`}`, `,"for_each_expression":`+refs("aws_subnet.s")) + `]}`,
			`aws_instance.i["b"] subnet_id`, `~aws_subnet.s["b"]`},
		{"an attribute of each.value is the key",
			append(news(`aws_route_table.r["z1"]`, `aws_route_table.r["z2"]`),
				created(`aws_subnet.s["a"]`, `{"zone":"z1"}`, `{"id":true}`), created(`aws_subnet.s["b"]`, `{"zone":"z2"}`, `{"id":true}`),
				created(`aws_route_table_association.x["a"]`, `{}`, `{"route_table_id":true}`), created(`aws_route_table_association.x["b"]`, `{}`, `{"route_table_id":true}`)),
			`{"resources":[` + blockJSON("aws_route_table_association", "x", `{"route_table_id":`+refs("aws_route_table.r", "each.value.zone", "each.value")+`}`, `,"for_each_expression":`+refs("aws_subnet.s")) + `]}`,
			`aws_route_table_association.x["b"] route_table_id`, `~aws_route_table.r["z2"]`},
		{"a key that ends with another",
			append(news(`aws_nat_gateway.n["z1"]`, `aws_nat_gateway.n["z2"]`, `aws_subnet.s["z1"]`, `aws_subnet.s["z2"]`), subnet(`aws_instance.i["web/z1"]`), subnet(`aws_instance.i["web/z2"]`)),
			`{"resources":[` + blockJSON("aws_instance", "i", `{"subnet_id":`+refs("aws_subnet.s", "each.key")+`}`, ``) + `]}`,
			`aws_instance.i["web/z2"] subnet_id`, `~aws_subnet.s["z2"]`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := readText(t, planJSON(c.changes, c.root))
			check(t, s, c.at, c.want)
		})
	}
}

func check(t *testing.T, s *tf.Stack, at, want string) {
	t.Helper()
	cut := strings.LastIndexByte(at, ' ')
	r := s.After.Resource(at[:cut])
	if r == nil {
		t.Fatalf("no %s", at[:cut])
	}
	v := r.Values
	for _, step := range strings.Split(at[cut+1:], ".") {
		if n := step[0]; '0' <= n && n <= '9' {
			v = v.Elements()[n-'0']
			continue
		}
		v = v.Get(step)
	}
	if got := render(v); got != want {
		t.Errorf("%s = %s, want %s", at, got, want)
		if a := v.Assumption(); a != nil {
			t.Log(a.Text)
		}
	}
}

// A module with a variable, an output and a module of its own.
func TestLinksThroughModules(t *testing.T) {
	network := `{"outputs":{"vpc_id":{"expression":` + refs("aws_vpc.this[0].id", "aws_vpc.this[0]", "aws_vpc.this") + `},
		"subnets":{"expression":` + refs("aws_subnet.s") + `},"deep":{"expression":` + refs("module.inner.group", "module.inner") + `},
		"hidden":{"expression":` + refs("local.vpc_id") + `}},
		"resources":[` + blockJSON("aws_vpc", "this", `{}`, ``) + `,` + blockJSON("aws_subnet", "s", `{"vpc_id":`+refs("local.vpc_id")+`}`, ``) + `],
		"module_calls":{"inner":{"expressions":{"vpc":` + refs("aws_vpc.this[0].id", "aws_vpc.this[0]", "aws_vpc.this") + `},"module":
			{"outputs":{"group":{"expression":` + refs("aws_security_group.g.id", "aws_security_group.g") + `}},
			 "resources":[` + blockJSON("aws_security_group", "g", `{"vpc_id":`+refs("var.vpc")+`}`, ``) + `],"variables":{"vpc":{}}}}}}`
	app := `{"resources":[` + blockJSON("aws_instance", "i", `{"subnet_id":`+refs("var.subnet")+`,"vpc_security_group_ids":`+refs("var.groups")+`}`, ``) + `,` +
		blockJSON("aws_security_group", "g", `{"vpc_id":`+refs("var.vpc")+`}`, ``) + `],"variables":{"subnet":{},"groups":{"default":[]},"vpc":{}}}`
	root := `{"outputs":{"ids":{"expression":` + refs("module.net.subnets", "module.net") + `}},"module_calls":{"net":{"module":` + network + `},
		"app":{"expressions":{"subnet":` + refs("module.net.subnets[1]", "module.net.subnets", "module.net") + `,"groups":` + refs("module.net.deep", "module.net") + `,"vpc":` + refs("module.net.hidden", "module.net") + `},"module":` + app + `},
		"each":{"expressions":{"subnet":` + refs("module.net.subnets", "module.net", "count.index") + `,"vpc":` + refs("each.value.vpc", "each.value") + `},"count_expression":{"constant_value":2},"for_each_expression":` + refs("module.net.vpc_id", "module.net") + `,"module":` + app + `}}}`
	changes := news(`module.net.aws_vpc.this[0]`)
	for _, a := range []string{`module.net.aws_subnet.s[0]`, `module.net.aws_subnet.s[1]`, `module.net.module.inner.aws_security_group.g`,
		`module.app.aws_security_group.g`, `module.each[0].aws_security_group.g`} {
		changes = append(changes, created(a, `{}`, `{"id":true,"vpc_id":true}`))
	}
	for _, a := range []string{`module.app.aws_instance.i`, `module.each[0].aws_instance.i`, `module.each[1].aws_instance.i`} {
		changes = append(changes, created(a, `{}`, `{"id":true,"subnet_id":true,"vpc_security_group_ids":true}`))
	}
	s := readText(t, planJSON(changes, root))
	for at, want := range map[string]string{
		`module.net.aws_subnet.s[0] vpc_id`:                    `~module.net.aws_vpc.this[0]`,
		`module.net.module.inner.aws_security_group.g vpc_id`:  `module.net.aws_vpc.this[0]`,
		`module.app.aws_instance.i subnet_id`:                  `~module.net.aws_subnet.s[1]`,
		`module.app.aws_instance.i vpc_security_group_ids`:     `[module.net.module.inner.aws_security_group.g]`,
		`module.app.aws_security_group.g vpc_id`:               `~module.net.aws_vpc.this[0]`,
		`module.each[0].aws_instance.i subnet_id`:              `~module.net.aws_subnet.s[0]`,
		`module.each[1].aws_instance.i subnet_id`:              `~module.net.aws_subnet.s[1]`,
		`module.each[1].aws_instance.i vpc_security_group_ids`: `null`,
		`module.each[0].aws_security_group.g vpc_id`:           `~module.net.aws_vpc.this[0]`,
	} {
		check(t, s, at, want)
	}
	for _, a := range []string{`module.net.aws_subnet.s[0]`, `module.net.aws_subnet.s[1]`} {
		if !s.Handed[a] {
			t.Errorf("%s is handed out", a)
		}
	}
	if len(s.Handed) != 2 {
		t.Errorf("handed out: %v", s.Handed)
	}
}

// An assumption is one for each argument of the configuration, with words.
func TestAssumptionIsSharedByInstances(t *testing.T) {
	changes := news(`aws_subnet.s[0]`, `aws_subnet.s[1]`)
	for _, a := range []string{`aws_instance.i[0]`, `aws_instance.i[1]`} {
		changes = append(changes, created(a, `{}`, `{"subnet_id":true}`))
	}
	s := readText(t, planJSON(changes, `{"resources":[`+blockJSON("aws_instance", "i", `{"subnet_id":`+refs("aws_subnet.s", "count.index")+`}`, ``)+`]}`))
	a := s.After.Resource(`aws_instance.i[0]`).Values.Get("subnet_id").Assumption()
	b := s.After.Resource(`aws_instance.i[1]`).Values.Get("subnet_id").Assumption()
	if a == nil || a != b {
		t.Fatalf("assumptions %v and %v, want one", a, b)
	}
	want := tf.Assumption{ID: "equal-keys:aws_instance.i.subnet_id", Address: "aws_instance.i",
		Text: "aws_instance.i.subnet_id: equal keys go with those of aws_subnet.s; the source or the binary plan makes it exact"}
	if *a != want {
		t.Errorf("got  %+v\nwant %+v", *a, want)
	}
}

// Cyclic module references end.
func TestCyclesEnd(t *testing.T) {
	module := func(argument string) string {
		return `{"expressions":{"x":` + argument + `},"module":{"outputs":{"o":{"expression":` + refs("var.x") + `}},"variables":{"x":{}},
			"resources":[` + blockJSON("aws_instance", "i", `{"subnet_id":`+refs("var.x")+`}`, ``) + `]}}`
	}
	root := `{"module_calls":{"a":` + module(refs("module.b.o", "module.b")) + `,"b":` + module(refs("module.a.o", "module.a")) + `}}`
	s := readText(t, planJSON([]string{created(`module.a.aws_instance.i`, `{}`, `{"subnet_id":true}`), created(`module.b.aws_instance.i`, `{}`, `{"subnet_id":true}`)}, root))
	check(t, s, `module.a.aws_instance.i subnet_id`, `?`)
}

func TestResourceConfig(t *testing.T) {
	s := readText(t, planJSON([]string{created(`aws_security_group.g`, `{"name":"g","ingress":[]}`, `{"id":true}`)},
		`{"resources":[`+blockJSON("aws_security_group", "g", `{"name":{"constant_value":"g"},"ingress":[{"port":{"constant_value":22}}],"tags":`+refs("var.tags")+`}`, ``)+`]}`))
	c := s.After.Resource("aws_security_group.g").Config
	if c.Sets("name") != tf.Yes || c.Sets("description") != tf.No || c.Sets("timeouts") != tf.Maybe {
		t.Errorf("Sets: %+v", c)
	}
	if c.Constants["name"] != "g" || c.Constants["ingress[0].port"] != "22" || len(c.Constants) != 2 {
		t.Errorf("constants %v", c.Constants)
	}
	if region, _ := s.After.Resource("aws_security_group.g").Region.Known(); region != "eu-west-1" {
		t.Errorf("region %q", region)
	}
}
