package testkit

import (
	"fmt"
	"regexp"
	"strings"
)

// A mask is what stands in a snapshot for what changes without anybody's doing. No logical id and no S3 key can hold
// its angle brackets.
const (
	assetMask = "<asset>"
	hashMask  = "<hash>"
)

// churn removes or masks in place what differs between two syntheses of a stack whose infrastructure is the same. The
// list in doc.go is its description.
func churn(template map[string]any, assets []string) (map[string]any, error) {
	dropBootstrapVersion(template)
	dropMetadata(template)

	var pairs []string
	for _, hash := range assets {
		// A Docker asset may be named by its user; what is short could stand anywhere.
		if len(hash) >= 32 {
			pairs = append(pairs, hash, assetMask)
		}
	}
	for id := range section(template, "Resources") {
		if masked := maskedID(template, id); masked != id {
			pairs = append(pairs, id, masked)
		}
	}
	return rewrite(template, strings.NewReplacer(pairs...).Replace)
}

// dropBootstrapVersion removes the check that the account is bootstrapped, which every template has.
func dropBootstrapVersion(template map[string]any) {
	parameter, _ := section(template, "Parameters")["BootstrapVersion"].(map[string]any)
	if parameter["Type"] == "AWS::SSM::Parameter::Value<String>" {
		drop(template, "Parameters", "BootstrapVersion")
		drop(template, "Rules", "CheckBootstrapVersion")
	}
}

// dropMetadata removes what the CDK writes for its own tools: analytics, construct paths and the places of assets.
func dropMetadata(template map[string]any) {
	for id, resource := range section(template, "Resources") {
		resource, _ := resource.(map[string]any)
		if resource["Type"] == "AWS::CDK::Metadata" {
			drop(template, "Resources", id)
			drop(template, "Conditions", "CDKMetadataAvailable")
		}
		for key := range section(resource, "Metadata") {
			if key == "aws:cdk:path" || strings.HasPrefix(key, "aws:asset:") {
				drop(resource, "Metadata", key)
			}
		}
	}
}

// contentHash ends the logical ids of resources that the CDK makes anew whenever what they capture changes.
var contentHash = regexp.MustCompile(`[0-9a-f]{32}$`)

func maskedID(template map[string]any, id string) string {
	resource, _ := section(template, "Resources")[id].(map[string]any)
	switch resource["Type"] {
	case "AWS::Lambda::Version", "AWS::ApiGateway::Deployment":
		return contentHash.ReplaceAllString(id, hashMask)
	}
	return id
}

// section is an object of the template; nil, which reads as empty, where it is absent.
func section(object map[string]any, name string) map[string]any {
	found, _ := object[name].(map[string]any)
	return found
}

// drop removes a key of a section, and the section with its last key.
func drop(object map[string]any, name, key string) {
	delete(section(object, name), key)
	if len(section(object, name)) == 0 {
		delete(object, name)
	}
}

// rewrite is the template with each text and each key changed. That two keys of an object become one is an error:
// a snapshot would lose what stands under one of them.
func rewrite(template map[string]any, change func(string) string) (map[string]any, error) {
	value, err := rewriteValue(template, change)
	if err != nil {
		return nil, err
	}
	return value.(map[string]any), nil
}

func rewriteValue(value any, change func(string) string) (any, error) {
	switch value := value.(type) {
	case string:
		return change(value), nil
	case []any:
		rewritten := make([]any, len(value))
		for i, element := range value {
			var err error
			if rewritten[i], err = rewriteValue(element, change); err != nil {
				return nil, err
			}
		}
		return rewritten, nil
	case map[string]any:
		rewritten := make(map[string]any, len(value))
		for key, element := range value {
			changed := change(key)
			if _, taken := rewritten[changed]; taken {
				return nil, fmt.Errorf("two keys are %q once masked; make the mask more specific", changed)
			}
			var err error
			if rewritten[changed], err = rewriteValue(element, change); err != nil {
				return nil, err
			}
		}
		return rewritten, nil
	default:
		return value, nil
	}
}
