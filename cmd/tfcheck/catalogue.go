package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tfcheck/tfcheck/analyzer/report"
	"github.com/tfcheck/tfcheck/checks"
)

func newChecks(env environment) *cobra.Command {
	return newListing("checks", "List what is checked", func(json bool) error {
		if json {
			return report.ChecksJSON(env.stdout, checks.All())
		}
		return report.Checks(env.stdout, checks.All())
	})
}

func newGuidance(env environment) *cobra.Command {
	return newListing("guidance", "List the guidance and which checks cover it", func(json bool) error {
		if json {
			return report.GuidanceJSON(env.stdout, guidance())
		}
		return report.Guidance(env.stdout, guidance())
	})
}

func newListing(name, short string, list func(json bool) error) *cobra.Command {
	var format string
	command := &cobra.Command{
		Use:   name,
		Short: short,
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if format != "text" && format != "json" {
				return exit{exitError, fmt.Sprintf("there is no format %q: json, text", format)}
			}
			return list(format == "json")
		},
	}
	command.Flags().StringVarP(&format, "format", "f", "text", "`format`: text or json")
	return command
}

func newSchema(env environment) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of check -f json",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			schema, err := report.Schema()
			if err != nil {
				return err
			}
			_, err = env.stdout.Write(schema)
			return err
		},
	}
}

// guidance is the catalogue of guidance in the form that reports take.
func guidance() []report.Guideline {
	var all []report.Guideline
	for _, s := range checks.Guidance() {
		g := report.Guideline{ID: s.ID, Statement: s.Statement, Undecidable: s.Undecidable}
		g.Checks, g.Derived = s.Covered()
		for _, source := range s.Sources {
			g.Sources = append(g.Sources, report.GuidelineSource(source))
		}
		all = append(all, g)
	}
	return all
}
