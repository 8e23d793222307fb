package functions

import (
	"time"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// timeFunctions compute with timestamps; what time it is, is unknown.
var timeFunctions = map[string]entry{
	"formatdate":    {inspects, stdlib.FormatDateFunc},
	"plantimestamp": {inspects, hidden(cty.String, false)},
	"timeadd":       {inspects, stdlib.TimeAddFunc},
	"timecmp":       {inspects, timecmpFunction},
	"timestamp":     {inspects, hidden(cty.String, false)},
}

var timecmpFunction = function.New(&function.Spec{
	Params:       []function.Parameter{{Name: "timestamp_a", Type: cty.String}, {Name: "timestamp_b", Type: cty.String}},
	Type:         function.StaticReturnType(cty.Number),
	RefineResult: notNull,
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		var times [2]time.Time
		for i, arg := range args {
			var err error
			if times[i], err = time.Parse(time.RFC3339, arg.AsString()); err != nil {
				return cty.NilVal, function.NewArgErrorf(i, "not a valid RFC3339 timestamp")
			}
		}
		return cty.NumberIntVal(int64(times[0].Compare(times[1]))), nil
	},
})
