package example

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Rules are rules of cdk-nag by id, each with the reason why what it finds is no
// risk here. A name without a pack, such as "IAMNoInlinePolicy", is the rule of
// that name in each of the packs NIST 800-53 R5, HIPAA Security and PCI DSS; one
// that begins with "CKV_" is a check of checkov.
type Rules map[string]string

// Suppress writes into the metadata of a construct's resource which findings are
// accepted, and why. It adds to what was suppressed before.
func Suppress(construct constructs.IConstruct, rules Rules) {
	element := construct
	if child := construct.Node().DefaultChild(); child != nil {
		element = child
	}
	var resource awscdk.CfnResource
	jsii.UnsafeCast(element, &resource)
	var nag, checkov []any
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		if strings.HasPrefix(name, "CKV_") {
			checkov = append(checkov, map[string]any{"id": name, "comment": rules[name]})
			continue
		}
		for _, id := range ids(name) {
			nag = append(nag, map[string]any{"id": id, "reason": rules[name]})
		}
	}
	addMetadata(resource, "cdk_nag", "rules_to_suppress", nag)
	addMetadata(resource, "checkov", "skip", checkov)
}

// addMetadata appends to a list in a resource's metadata.
func addMetadata(resource awscdk.CfnResource, tool, list string, more []any) {
	if len(more) == 0 {
		return
	}
	before, _ := resource.GetMetadata(jsii.String(tool)).(map[string]any)
	all, _ := before[list].([]any)
	resource.AddMetadata(jsii.String(tool), map[string]any{list: append(all, more...)})
}

func ids(name string) []string {
	if strings.Contains(name, "-") {
		return []string{name}
	}
	return []string{"HIPAA.Security-" + name, "NIST.800.53.R5-" + name, "PCI.DSS.321-" + name}
}
