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
// that name in each of the packs NIST 800-53 R5, HIPAA Security and PCI DSS.
type Rules map[string]string

// Suppress writes into the metadata of a construct's resource which findings of
// cdk-nag are accepted, and why. It adds to what was suppressed before.
func Suppress(construct constructs.IConstruct, rules Rules) {
	element := construct
	if child := construct.Node().DefaultChild(); child != nil {
		element = child
	}
	var resource awscdk.CfnResource
	jsii.UnsafeCast(element, &resource)
	all := suppressed(resource)
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		for _, id := range ids(name) {
			all = append(all, map[string]any{"id": id, "reason": rules[name]})
		}
	}
	resource.AddMetadata(jsii.String("cdk_nag"), map[string]any{"rules_to_suppress": all})
}

func suppressed(resource awscdk.CfnResource) []any {
	before, _ := resource.GetMetadata(jsii.String("cdk_nag")).(map[string]any)
	all, _ := before["rules_to_suppress"].([]any)
	return all
}

func ids(name string) []string {
	if strings.Contains(name, "-") {
		return []string{name}
	}
	return []string{"HIPAA.Security-" + name, "NIST.800.53.R5-" + name, "PCI.DSS.321-" + name}
}
