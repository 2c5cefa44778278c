// Package replacement knows which property changes make CloudFormation replace a resource, and which resource types hold
// what a new resource does not bring back.
package replacement

import (
	_ "embed"
	"strings"
	"sync"
)

//go:generate node generate.mjs

//go:embed replacement.txt
var table string

// Effect is what a change of a property does to the resource.
type Effect int

// A change of a property may leave the resource in place, replace it depending on the values, or always replace it.
const (
	None Effect = iota
	Maybe
	Always
)

// Type is what is known about a resource type. The zero Type, of a type that is not in the table, replaces nothing.
type Type struct {
	// Stateful says that the resource holds data, or an identity that others rely on.
	Stateful bool

	// Effects maps the path of a property, "KeySchema" or "Placement.Zone" or "Volumes[].Size", to the effect of a change.
	Effects map[string]Effect
}

// Of is what is known about a resource type such as "AWS::SQS::Queue".
func Of(name string) Type {
	known := types()[name]
	if _, ok := lost[name]; ok {
		known.Stateful = true
	}
	return known
}

// Loss is what is gone with a resource of a stateful type, for example "its messages".
func Loss(name string) string {
	if loss, ok := lost[name]; ok {
		return loss
	}
	return "its data"
}

// lost says what goes with a resource, and which types are stateful beyond those that the database marks: it leaves out
// what is no storage and can still not be made again, such as the address that partners call.
var lost = map[string]string{
	"AWS::ApiGateway::RestApi":              "its URL",
	"AWS::ApiGatewayV2::Api":                "its URL",
	"AWS::AmazonMQ::Broker":                 "its messages",
	"AWS::CloudFormation::Stack":            "all its resources",
	"AWS::Cognito::UserPool":                "its users",
	"AWS::DSQL::Cluster":                    "its data",
	"AWS::DocDBElastic::Cluster":            "its data",
	"AWS::DynamoDB::GlobalTable":            "its items",
	"AWS::DynamoDB::Table":                  "its items",
	"AWS::ECR::Repository":                  "its images",
	"AWS::ElastiCache::ServerlessCache":     "its data",
	"AWS::Events::Archive":                  "its events",
	"AWS::Events::EventBus":                 "the address that others send events to",
	"AWS::KMS::Key":                         "all that is encrypted with it",
	"AWS::KMS::ReplicaKey":                  "all that is encrypted with it",
	"AWS::Kinesis::Stream":                  "its records",
	"AWS::Logs::LogGroup":                   "its logs",
	"AWS::MSK::Cluster":                     "its records",
	"AWS::MemoryDB::Cluster":                "its data",
	"AWS::OpenSearchServerless::Collection": "its data",
	"AWS::Organizations::Account":           "the account",
	"AWS::RDS::GlobalCluster":               "its data",
	"AWS::RedshiftServerless::Namespace":    "its data",
	"AWS::Route53::HostedZone":              "its records and its delegation",
	"AWS::S3::Bucket":                       "its objects",
	"AWS::S3Express::DirectoryBucket":       "its objects",
	"AWS::S3Tables::Table":                  "its rows",
	"AWS::S3Tables::TableBucket":            "its tables",
	"AWS::S3Vectors::Index":                 "its vectors",
	"AWS::S3Vectors::VectorBucket":          "its vectors",
	"AWS::SNS::Topic":                       "its archive, and the subscriptions of others",
	"AWS::SQS::Queue":                       "its messages",
	"AWS::SecretsManager::Secret":           "its value",
	"AWS::StepFunctions::StateMachine":      "its executions",
	"AWS::Timestream::Table":                "its records",
}

// types reads the table at the first question: only a changed snapshot asks one.
var types = sync.OnceValue(func() map[string]Type {
	all := map[string]Type{}
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		name, stateful := strings.CutSuffix(fields[0], "*")
		known := Type{Stateful: stateful, Effects: map[string]Effect{}}
		for _, path := range fields[1:] {
			if conditional, ok := strings.CutPrefix(path, "?"); ok {
				known.Effects[conditional] = Maybe
			} else {
				known.Effects[path] = Always
			}
		}
		all[name] = known
	}
	return all
})
