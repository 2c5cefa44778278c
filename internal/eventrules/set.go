package eventrules

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Set is the rules of one bus.
type Set struct {
	// Scope has the rules as children.
	Scope constructs.Construct

	// Construct is the public name of the rules in errors, such as
	// "custombus.Rule".
	Construct string

	Bus Bus

	rules  []*Rule
	action awscloudwatch.IAlarmAction
}

// Add defines a rule of the set.
func (s *Set) Add(id *string, p *RuleProps) *Rule {
	rule := New(s.Scope, id, s.Construct, s.Bus, p)
	s.rules = append(s.rules, rule)
	if s.action != nil {
		rule.AddAlarms(s.action)
	}
	return rule
}

// Forward defines a rule that sends what matches pattern to another bus; a nil
// pattern matches every event.
func (s *Set) Forward(id *string, target *BusTarget, pattern *awsevents.EventPattern) *Rule {
	if pattern == nil {
		pattern = EveryEvent()
	}
	return s.Add(id, &RuleProps{Pattern: pattern, Targets: &[]Target{target}})
}

// AddAlarms defines the alarms of every rule, also of those that come later.
func (s *Set) AddAlarms(action awscloudwatch.IAlarmAction) {
	s.action = action
	for _, rule := range s.rules {
		rule.AddAlarms(action)
	}
}

// EveryEvent is the pattern that every event matches, since each has a source.
func EveryEvent() *awsevents.EventPattern {
	return &awsevents.EventPattern{Source: awsevents.Match_Prefix(jsii.String(""))}
}
