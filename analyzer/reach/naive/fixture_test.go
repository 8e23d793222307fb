package naive

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/aws"
	"github.com/tfcheck/tfcheck/analyzer/input"
	"github.com/tfcheck/tfcheck/analyzer/reach"
)

// TestFixtures: on the network of every fixture the walker finds at least must
// and at most may, whatever its unknowns turn out to be.
func TestFixtures(t *testing.T) {
	root := filepath.Join("..", "..", "..", "fixtures")
	count, plans := newTally(), 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "plan.json" {
			return err
		}
		plans++
		name, _ := filepath.Rel(root, filepath.Dir(path))
		t.Run(strings.ReplaceAll(name, string(filepath.Separator), "_"), func(t *testing.T) {
			stacks, err := input.Open(context.Background(), []string{path}, input.Options{Wanted: aws.Types})
			if err != nil {
				t.Fatal(err)
			}
			n := aws.Build(aws.Input{Stack: stacks[0], Snapshot: stacks[0].After})
			d := newDice(uint64(len(name)), 9, true)
			c := &comparison{T: t, scenario: scenario{name: name}, dice: d, n: n, g: reach.Compile(n), tally: count, answers: map[string]reach.Answer{}}
			for range 3 {
				c.world = decide(n, d)
				m := &maker{dice: d, n: n}
				c.hosts(m, 2)
				c.onPremises(m, 4)
				c.throughBalancers(m, 4)
				c.toServices(m, 4)
				c.through(m, 4)
				c.enter(m, 4)
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d plans, %d packets: %d delivered, %d blocked", plans, count.total(), count.delivered, count.blocked)
	if plans < 40 || count.total() < 2000 {
		t.Errorf("%d packets in %d plans: too few", count.total(), plans)
	}
}
