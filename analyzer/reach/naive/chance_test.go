package naive

// chance is what nobody decides before a packet is on its way: the port that a
// NAT gateway takes, whether an appliance forwards. A run follows one script
// of choices; all scripts are tried, one after the other.
type chance struct {
	script []int
	arity  []int
}

// of is one of n possibilities.
func (c *chance) of(n int) int {
	k := len(c.arity)
	c.arity = append(c.arity, n)
	if k == len(c.script) {
		c.script = append(c.script, 0)
	}
	return c.script[k]
}

// next is the script after this one; ok is false after the last.
func (c *chance) next() (*chance, bool) {
	for k := len(c.arity) - 1; k >= 0; k-- {
		if c.script[k]+1 < c.arity[k] {
			return &chance{script: append(c.script[:k:k], c.script[k]+1)}, true
		}
	}
	return nil, false
}

// outcome says what becomes of a packet (M-2).
type outcome struct{ forward, reachable bool }

func (o outcome) or(p outcome) outcome {
	return outcome{o.forward || p.forward, o.reachable || p.reachable}
}

// truth is what becomes of a packet under some and under every turn that
// chance may take (M-10).
type truth struct {
	some, all outcome
	chances   int
}

func everyTurn(run func(*chance) outcome) truth {
	t := truth{all: outcome{true, true}}
	for c, ok := new(chance), true; ok && t.chances < 4096 && !t.settled(); c, ok = c.next() {
		got := run(c)
		t.chances++
		t.some.forward, t.some.reachable = t.some.forward || got.forward, t.some.reachable || got.reachable
		t.all.forward, t.all.reachable = t.all.forward && got.forward, t.all.reachable && got.reachable
	}
	return t
}

// settled reports whether no further turn changes anything.
func (t truth) settled() bool {
	return t.some == outcome{true, true} && t.all == outcome{}
}

// or is that one of two ways works, whose turns are independent of each other.
func (t truth) or(o truth) truth {
	return truth{t.some.or(o.some), t.all.or(o.all), t.chances + o.chances}
}
