package driver_test

import (
	"context"
	"testing"

	"github.com/tfcheck/tfcheck/analyzer/driver"
	"github.com/tfcheck/tfcheck/analyzer/tf"
	"github.com/tfcheck/tfcheck/analyzer/triage"
)

// TestBoundariesAreAssumptions: a component that is not followed is named in
// the report, whatever was found.
func TestBoundariesAreAssumptions(t *testing.T) {
	address, err := tf.ParseAddress("aws_networkmanager_core_network.c")
	if err != nil {
		t.Fatal(err)
	}
	stack := &tf.Stack{Name: "net", Complete: true, After: tf.NewSnapshot([]*tf.Resource{{
		Addr: address, Address: address.String(), Action: tf.Create, Values: tf.ObjectValue(),
	}})}
	report, err := driver.Analyze(context.Background(), driver.Options{Stacks: []*tf.Stack{stack}, Triage: triage.Defaults()})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Assumptions) != 1 || report.Assumptions[0].ID != "boundary:aws_networkmanager_core_network.c" {
		t.Errorf("assuming %+v", report.Assumptions)
	}
}
