package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/mediasupplychain/cdk/test/localcloud"
)

// resource is one of the stack's, and where in the console of AWS it is.
type resource struct {
	Output, Name, Console string
}

// resourcesOf are those that the stack's outputs name.
func resourcesOf(outputs map[string]string) ([]resource, error) {
	var all []resource
	for output, value := range outputs {
		if output == "DeadLetterQueueUrls" || output == "PartnerSecrets" {
			var each map[string]string
			if err := json.Unmarshal([]byte(value), &each); err != nil {
				return nil, fmt.Errorf("output %s: %w", output, err)
			}
			for of, one := range each {
				all = append(all, resourceOf(output+" · "+of, one))
			}
			continue
		}
		all = append(all, resourceOf(output, value))
	}
	slices.SortFunc(all, func(a, b resource) int { return strings.Compare(a.Output, b.Output) })
	return all, nil
}

func resourceOf(output, value string) resource {
	kind, _, _ := strings.Cut(output, " ")
	switch kind {
	case "FifoTopicArn":
		return resource{output, value, console("sns/v3/home", "#/topic/"+value)}
	case "PartnerBusName", "CustomBusName", "SupplyChainBusName":
		return resource{output, value, console("events/home", "#/eventbus/"+url.PathEscape(value))}
	case "IngestQueueUrl", "AuditQueueUrl", "DeadLetterQueueUrls":
		name := value[strings.LastIndex(value, "/")+1:]
		onAWS := fmt.Sprintf("https://sqs.%s.amazonaws.com/%s/%s", localcloud.Region, localcloud.AccountID, name)
		return resource{output, name, console("sqs/v3/home", "#/queues/"+url.QueryEscape(onAWS))}
	case "TableName":
		return resource{output, value, console("dynamodbv2/home", "#table?name="+url.QueryEscape(value))}
	case "PipelineArn":
		return resource{output, value, console("states/home", "#/statemachines/view/"+url.QueryEscape(value))}
	case "PartnerSecrets":
		return resource{output, value, console("secretsmanager/secret", "") + "&name=" + url.QueryEscape(value)}
	}
	return resource{Output: output, Name: value}
}

func console(path, fragment string) string {
	return fmt.Sprintf("https://%s.console.aws.amazon.com/%s?region=%[1]s%[3]s", localcloud.Region, path, fragment)
}
