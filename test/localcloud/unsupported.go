package localcloud

// Unsupported is one kind of resource that ministack refuses, or rolls the
// stack back for. Such resources are taken out of a template before it is
// deployed, and named in the output.
type Unsupported struct {
	// Type is the CloudFormation type.
	Type string

	// With limits the entry to resources that have this property; empty means
	// all of the type.
	With string

	// Lost says what cannot be seen on the local cloud without them.
	Lost string
}

// unsupported is the only list of what a local deployment leaves out. Whatever
// it takes from an example must be asserted on by a template test of the
// library: test/e2e holds the examples to it.
var unsupported = []Unsupported{
	{Type: "AWS::Events::Archive", Lost: "events are not archived (archives made by API work, replay too)"},
	{Type: "AWS::Events::EventBusPolicy", Lost: "any account may put events"},
	{Type: "AWS::Events::Connection", Lost: "no authorization of API destinations"},
	{Type: "AWS::Events::ApiDestination", Lost: "no API destinations"},
	{Type: "AWS::EventSchemas::Discoverer", Lost: "no schema is discovered"},
	{Type: "AWS::EventSchemas::Registry", Lost: "no schema registry"},
	{Type: "AWS::EventSchemas::Schema", Lost: "no schemas"},
	{Type: "AWS::WAFv2::WebACLAssociation", Lost: "no web ACL in front of the API"},
	{Type: "AWS::WAFv2::IPSet", Lost: "no IP sets"},
	{Type: "AWS::WAFv2::RuleGroup", Lost: "no WAF rule groups"},
	{Type: "AWS::WAFv2::LoggingConfiguration", Lost: "no WAF logs"},
	{Type: "AWS::SecretsManager::RotationSchedule", Lost: "secrets are not rotated"},
	{Type: "AWS::SecretsManager::ResourcePolicy", Lost: "secrets have no policy of their own"},
	{Type: "AWS::CloudWatch::CompositeAlarm", Lost: "alarms are not combined"},
	{Type: "AWS::CloudWatch::Alarm", With: "Metrics", Lost: "no alarm on metric math"},
	{Type: "AWS::XRay::Group", Lost: "no trace groups"},
	{Type: "AWS::XRay::SamplingRule", Lost: "no sampling rules"},
	{Type: "AWS::StepFunctions::StateMachineVersion", Lost: "state machines have no versions"},
	{Type: "AWS::StepFunctions::StateMachineAlias", Lost: "state machines have no aliases"},
	{Type: "AWS::StepFunctions::Activity", Lost: "no activities"},
	{Type: "AWS::SNS::TopicInlinePolicy", Lost: "the topic has no inline policy"},
	{Type: "AWS::Logs::QueryDefinition", Lost: "no saved queries"},
}

func unsupportedEntry(r resource) (Unsupported, bool) {
	for _, entry := range unsupported {
		if entry.Type != r.kind() {
			continue
		}
		if _, has := r.properties()[entry.With]; has || entry.With == "" {
			return entry, true
		}
	}
	return Unsupported{}, false
}
