package aws

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/format"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write types_computed.go anew")

// The table of computed attributes is that of the provider's own schema, which
// `terraform providers schema -json` prints in a folder that requires it.
func TestComputedAgreesWithTheProvider(t *testing.T) {
	path := os.Getenv("TFCHECK_AWS_SCHEMA")
	if path == "" {
		t.Skip("TFCHECK_AWS_SCHEMA names no schema")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var schemas struct {
		Providers map[string]struct {
			Resources map[string]struct {
				Block struct {
					Attributes map[string]struct{ Computed bool }
				}
			} `json:"resource_schemas"`
		} `json:"provider_schemas"`
	}
	if err := json.Unmarshal(data, &schemas); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	b.WriteString("package aws\n\n// computed are the attributes of each type that the provider may compute, in\n// words, so that one that is not set is unknown before apply (U-4). It is made\n// of the provider's schema by schema_test.go.\nvar computed = map[string]string{\n")
	for _, provider := range schemas.Providers {
		for _, name := range slices.Sorted(maps.Keys(provider.Resources)) {
			info, ok := Types.rows[name]
			if !ok {
				continue
			}
			var words []string
			for attribute, a := range provider.Resources[name].Block.Attributes {
				if a.Computed && attribute != "tags_all" && (info.kept == nil || info.kept[attribute]) {
					words = append(words, attribute)
				}
			}
			slices.Sort(words)
			fmt.Fprintf(&b, "%q: %q,\n", name, strings.Join(words, " "))
		}
	}
	b.WriteString("}\n")
	want, err := format.Source(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("types_computed.go", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got, err := os.ReadFile("types_computed.go"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("types_computed.go is stale (%v): go test ./analyzer/aws -run TestComputed -update", err)
	}
}
