package functions

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// providerFunctions are those of the AWS provider, which compute from their
// arguments alone.
func providerFunctions() map[string]function.Function {
	return map[string]function.Function{
		"provider::aws::arn_build":          blind(arnBuild),
		"provider::aws::arn_parse":          blind(arnParse),
		"provider::aws::trim_iam_role_path": blind(text(trimRolePath, "arn")),
		OtherProvider:                       hidden(cty.DynamicPseudoType, true),
	}
}

// providerNames are the names of the functions that are known.
var providerNames = slices.Collect(maps.Keys(providerFunctions()))

// OtherProvider is the name under which the table has a function of any number
// of arguments whose result is unknown: [Prepare] puts it in the place of the
// functions of other providers.
const OtherProvider = "provider::other::function"

// arnParts are the parts of an ARN, in order.
var arnParts = []string{"partition", "service", "region", "account_id", "resource"}

// splitARN takes an ARN apart.
func splitARN(arn string) ([]string, error) {
	parts := strings.SplitN(arn, ":", 6)
	switch {
	case parts[0] != "arn":
		return nil, errors.New("an ARN begins with \"arn:\"")
	case len(parts) < 6:
		return nil, errors.New("an ARN has six parts")
	}
	return parts[1:], nil
}

var arnParse = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "arn", Type: cty.String}},
	Type: function.StaticReturnType(cty.Object(map[string]cty.Type{
		"partition": cty.String, "service": cty.String, "region": cty.String, "account_id": cty.String, "resource": cty.String,
	})),
	RefineResult: notNull,
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		parts, err := splitARN(args[0].AsString())
		if err != nil {
			return cty.NilVal, function.NewArgError(0, err)
		}
		object := map[string]cty.Value{}
		for i, name := range arnParts {
			object[name] = cty.StringVal(parts[i])
		}
		return cty.ObjectVal(object), nil
	},
})

var arnBuild = text(func(args []string) (string, error) {
	return "arn:" + strings.Join(args, ":"), nil
}, arnParts...)

// trimRolePath drops the path of the ARN of a role, which IAM does not allow
// everywhere: role/a/b/name becomes role/name.
func trimRolePath(args []string) (string, error) {
	parts, err := splitARN(args[0])
	if err != nil {
		return "", err
	}
	resource := parts[4]
	if parts[1] != "iam" || !strings.HasPrefix(resource, "role/") {
		return "", errors.New("not the ARN of an IAM role")
	}
	parts[4] = "role" + resource[strings.LastIndex(resource, "/"):]
	return "arn:" + strings.Join(parts, ":"), nil
}
