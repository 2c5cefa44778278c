package custombus_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/custombus"
	"github.com/mediasupplychain/cdk/internal/cdktest"
	"github.com/mediasupplychain/cdk/testkit"
)

func root(account string) string {
	return `{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":iam::` + account + `:root"]]}`
}

func TestPublishersAreLetInByNameAndWithACondition(t *testing.T) {
	stack := testkit.NewStack(t)

	bus := newBus(stack, &custombus.BusProps{
		PublisherAccounts:      jsii.Strings("222222222222", "111111111111"),
		PublisherOrganizations: jsii.Strings("o-a1b2c3d4e5"),
		PublisherPrincipals:    jsii.Strings("arn:aws:iam::333333333333:role/editor"),
		PublisherSources:       jsii.Strings("com.example.edit"),
		PublisherDetailTypes:   jsii.Strings("Edit locked"),
	})

	const only = `"events:source":["com.example.edit"],"events:detail-type":["Edit locked"]`
	arn := resolved(t, stack, bus.ARN)
	policies := cdktest.All(t, stack, "AWS::Events::EventBusPolicy")
	require.Len(t, policies, 3)
	assert.Len(t, bus.Publishers, 3)
	want := map[string]string{
		"Accounts": `"Principal": {"AWS": [` + root("111111111111") + `,` + root("222222222222") + `]},
			"Condition": {"StringEquals": {"aws:PrincipalAccount": ["111111111111", "222222222222"], ` + only + `}}`,
		"Organizations": `"Principal": {"AWS": "*"},
			"Condition": {"StringEquals": {"aws:PrincipalOrgID": ["o-a1b2c3d4e5"], ` + only + `}}`,
		"Principals": `"Principal": {"AWS": ` + root("333333333333") + `},
			"Condition": {"ArnEquals": {"aws:PrincipalArn": ["arn:aws:iam::333333333333:role/editor"]}, "StringEquals": {` + only + `}}`,
	}
	for _, policy := range policies {
		policy.Has(t, "EventBusName", `{"Ref": "EditsBus6D3B1616"}`)
		id := policy["StatementId"].(string)
		assert.Regexp(t, `^Stack-Edits-Publishers-(Accounts|Organizations|Principals)-[0-9a-f]{12}$`, id)
		kind := strings.Split(id, "-")[3]
		policy.Has(t, "Statement", `{"Sid": "`+id+`", "Effect": "Allow", "Action": "events:PutEvents", "Resource": `+arn+`, `+want[kind]+`}`)
	}
}

func TestFurtherPublishersWithConditionsOfTheirOwn(t *testing.T) {
	stack := testkit.NewStack(t)
	bus := newBus(stack, &custombus.BusProps{PublisherAccounts: jsii.Strings("111111111111")})

	added := bus.AddPublisher(jsii.String("Farm"), &custombus.PublisherProps{
		Accounts: jsii.Strings("222222222222"), Sources: jsii.Strings("com.example.farm"),
	})

	assert.Len(t, added, 1)
	statement := cdktest.PropertiesOf(t, added[0])["Statement"].(map[string]any)
	assert.Equal(t, map[string]any{"StringEquals": map[string]any{
		"aws:PrincipalAccount": []any{"222222222222"}, "events:source": []any{"com.example.farm"},
	}}, statement["Condition"])
	assert.Len(t, cdktest.All(t, stack, "AWS::Events::EventBusPolicy"), 2)
}

func TestAStatementIDFitsAndIsUniqueHoweverDeepTheBusIs(t *testing.T) {
	stack := testkit.NewStack(t)
	ids := map[string]bool{}
	for _, parent := range []string{"First", "Second"} {
		scope := constructs.NewConstruct(stack, jsii.String(parent))
		deep := constructs.NewConstruct(scope, jsii.String(strings.Repeat("Deeply", 12)))
		custombus.NewBus(deep, jsii.String("Edits"), &custombus.BusProps{PublisherAccounts: jsii.Strings("111122223333")})
	}
	for _, policy := range cdktest.All(t, stack, "AWS::Events::EventBusPolicy") {
		id := policy["StatementId"].(string)
		assert.Len(t, id, 64)
		assert.Regexp(t, `^[A-Za-z0-9-]+-Edits-Publishers-Accounts-[0-9a-f]{12}$`, id)
		ids[id] = true
	}
	assert.Len(t, ids, 2)
}

func TestPublisherProblems(t *testing.T) {
	bus := newBus(testkit.NewStack(t), nil)

	none := cdktest.Problem(t, bus, func(_ constructs.Construct, id *string) {
		bus.AddPublisher(id, &custombus.PublisherProps{Sources: jsii.Strings("com.example.edit")})
	})
	wrong := cdktest.Problem(t, bus, func(_ constructs.Construct, id *string) {
		bus.AddPublisher(id, &custombus.PublisherProps{Accounts: jsii.Strings("editor"), Organizations: jsii.Strings("*")})
	})

	require.EqualError(t, none, `custombus.Publisher "Stack/Edits/Bad": invalid properties:
- one of Accounts, Organizations, Principals is required`)
	require.EqualError(t, wrong, `custombus.Publisher "Stack/Edits/Bad": invalid properties:
- Accounts[0] must be an account id of 12 digits, got "editor"
- Organizations[0] must be an organization id such as "o-a1b2c3d4e5", got "*"`)
}

func TestConditionsWithoutPublishers(t *testing.T) {
	err := cdktest.Problem(t, testkit.NewStack(t), func(scope constructs.Construct, id *string) {
		custombus.NewBus(scope, id, &custombus.BusProps{PublisherSources: jsii.Strings("a"), PublisherDetailTypes: jsii.Strings("b")})
	})

	require.EqualError(t, err, `custombus.Bus "Stack/Bad": invalid properties:
- PublisherSources and PublisherDetailTypes have no effect without PublisherAccounts, PublisherOrganizations or PublisherPrincipals`)
}

// accounts gives n account ids.
func accounts(n int) *[]*string {
	var all []*string
	for i := range n {
		all = append(all, jsii.String(fmt.Sprintf("%012d", i+1)))
	}
	return &all
}

func TestAPolicyThatEventBridgeWouldNotTakeIsRefused(t *testing.T) {
	stack := testkit.NewStack(t)

	all := cdktest.Problem(t, stack, func(scope constructs.Construct, id *string) {
		custombus.NewBus(scope, id, &custombus.BusProps{PublisherAccounts: accounts(250)})
	})
	bus := newBus(stack, &custombus.BusProps{PublisherAccounts: accounts(150)})
	oneTooMany := cdktest.Problem(t, bus, func(_ constructs.Construct, id *string) {
		bus.AddPublisher(id, &custombus.PublisherProps{Accounts: accounts(80)})
	})

	require.ErrorContains(t, all, "custombus.Bus \"Stack/Bad\": invalid properties:\n- the policy of the bus would have ")
	require.ErrorContains(t, all, " characters, more than the 10240 that EventBridge takes: let an organization in with PublisherOrganizations instead of its accounts one by one")
	require.ErrorContains(t, oneTooMany, "more than the 10240 that EventBridge takes: let an organization in with Organizations instead")
	assert.Len(t, cdktest.All(t, stack, "AWS::Events::EventBusPolicy"), 1, "what fitted")
}

func TestTheSizeIsThatOfThePolicyAsEventBridgeHasIt(t *testing.T) {
	stack := awscdk.NewStack(testkit.NewApp(t), jsii.String("Stack"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("444455556666"), Region: jsii.String("eu-west-1")},
	})
	var roots, ids []string
	for _, account := range *accounts(250) {
		roots = append(roots, "arn:aws:iam::"+*account+":root")
		ids = append(ids, *account)
	}
	policy := cdktest.JSON(t, map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
		"Sid": strings.Repeat("x", 64), "Effect": "Allow", "Principal": map[string]any{"AWS": roots}, "Action": "events:PutEvents",
		"Resource":  "arn:aws:events:eu-west-1:444455556666:event-bus/edits",
		"Condition": map[string]any{"StringEquals": map[string]any{"aws:PrincipalAccount": ids}},
	}}})

	err := cdktest.Problem(t, stack, func(scope constructs.Construct, id *string) {
		custombus.NewBus(scope, id, &custombus.BusProps{
			EventBusProps: &awsevents.EventBusProps{EventBusName: jsii.String("edits")}, PublisherAccounts: accounts(250),
		})
	})

	var size int
	_, scanned := fmt.Sscanf(strings.Split(err.Error(), "\n")[1], "- the policy of the bus would have %d", &size)
	require.NoError(t, scanned)
	assert.InDelta(t, len(policy), size, 1, "a comma is counted for each statement")
}

func TestWhatPublishersHaveToDoOnTheirSide(t *testing.T) {
	stack := testkit.NewStack(t)
	bus := newBus(stack, &custombus.BusProps{PublisherOrganizations: jsii.Strings("o-a1b2c3d4e5")})

	policy := cdktest.JSON(t, cdktest.Resolved(t, stack, bus.PublisherPolicy()))
	role := cdktest.JSON(t, cdktest.Resolved(t, stack, bus.PublisherRole()))

	assert.Contains(t, policy, `{\"Statement\":[{\"Action\":\"events:PutEvents\",\"Effect\":\"Allow\",\"Resource\":\"`)
	assert.Contains(t, policy, resolved(t, stack, bus.ARN))
	assert.Contains(t, role, `\"Principal\":{\"Service\":\"events.amazonaws.com\"}`)
	assert.Contains(t, role, `\"Action\":\"events:PutEvents\"`)
}
