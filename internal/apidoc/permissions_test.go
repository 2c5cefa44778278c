package apidoc

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The tables of docs/permissions.md have every action that the examples'
// templates allow, and no other.
func TestThePermissionsPageIsComplete(t *testing.T) {
	granted, documented := granted(t), documented(t)
	for of, where := range granted {
		assert.Contains(t, documented, of, "docs/permissions.md lacks what %s allows", where)
	}
	for of := range documented {
		if of == (permission{"webhook", "sqs:SendMessage"}) || of == (permission{"webhook", "lambda:InvokeFunction"}) {
			continue // no example has such a partner; test/e2e/testdata/webhookgrants has
		}
		assert.Contains(t, granted, of, "docs/permissions.md has what no template allows")
	}
}

// Each row says what shows that its actions are needed, or why nothing does and
// which test asserts them instead.
func TestEachPermissionSaysWhatShowsIt(t *testing.T) {
	names := regexp.MustCompile("`(?:\\w+\\.Test\\w+|Test\\w+|[\\w ]+/\\w+:\\w+)`")
	for _, row := range rows(t) {
		assert.Regexp(t, names, row[4], "%s: %s", row[0], row[1])
	}
}

// permission is an action of a role, or of a service that a resource lets in.
type permission struct{ role, action string }

func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docs", "permissions.md"))
	require.NoError(t, err)
	return string(text)
}

// rows are the rows of the page's tables: role, action, resource, why, shown by.
func rows(t *testing.T) [][]string {
	t.Helper()
	var all [][]string
	for line := range strings.Lines(page(t)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| role |") {
			continue
		}
		require.Len(t, cells, 5, line)
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		all = append(all, cells)
	}
	require.NotEmpty(t, all)
	return all
}

var anAction = regexp.MustCompile("`([a-z0-9]+:[A-Za-z]+)`")

func documented(t *testing.T) map[permission]bool {
	t.Helper()
	all := map[permission]bool{}
	for _, row := range rows(t) {
		for _, action := range anAction.FindAllStringSubmatch(row[1], -1) {
			all[permission{row[0], action[1]}] = true
		}
	}
	return all
}

// granted is what the examples' templates allow, and where.
func granted(t *testing.T) map[permission]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "examples", "*", "stack", "testdata", "snapshots", "TestTemplate", "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	all := map[permission]string{}
	for _, file := range files {
		text, err := os.ReadFile(file) //nolint:gosec // a file of this repository
		require.NoError(t, err)
		var template struct {
			Resources map[string]struct {
				Type       string
				Properties map[string]any
			}
		}
		require.NoError(t, json.Unmarshal(text, &template), file)
		for _, id := range slices.Sorted(maps.Keys(template.Resources)) {
			resource := template.Resources[id]
			for _, of := range permissionsOf(t, id, resource.Type, resource.Properties) {
				all[of] = filepath.Base(file) + ": " + id
			}
		}
	}
	return all
}

func permissionsOf(t *testing.T, id, kind string, properties map[string]any) []permission {
	t.Helper()
	switch kind {
	case "AWS::IAM::Policy":
		return ofRole(t, id, statements(properties["PolicyDocument"]))
	case "AWS::IAM::Role":
		for _, managed := range aManagedPolicy.FindAllStringSubmatch(fmt.Sprint(properties["ManagedPolicyArns"]), -1) {
			assert.Contains(t, page(t), "`"+managed[1]+"`", id)
		}
		assert.Nil(t, properties["Policies"], id)
	case "AWS::Lambda::Permission":
		return ofOthers(t, id, []map[string]any{{"Action": properties["Action"], "Principal": map[string]any{"Service": properties["Principal"]}}})
	case "AWS::Events::EventBusPolicy":
		return ofOthers(t, id, statements(map[string]any{"Statement": properties["Statement"]}))
	case "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy", "AWS::S3::BucketPolicy":
		return ofOthers(t, id, statements(properties["PolicyDocument"]))
	}
	return nil
}

var aManagedPolicy = regexp.MustCompile(`:iam::aws:policy/(?:service-role/)?(\w+)`)

// policies tell by the logical id of a policy whose it is.
var policies = []struct {
	id   *regexp.Regexp
	role string
}{
	{regexp.MustCompile(`^ChainExecutionsConsumerPolicy`), "intake of executions"},
	{regexp.MustCompile(`^Chain(Sources\w+|Approvals)(Consumer|Subscriber)Policy`), "intake"},
	{regexp.MustCompile(`^ChainOutboxPolicy`), "outbox"},
	{regexp.MustCompile(`^ChainWatchPolicy`), "watch"},
	{regexp.MustCompile(`^ChainPipelineRoleDefaultPolicy`), "pipeline"},
	{regexp.MustCompile(`^WebhooksPolicy`), "webhook"},
	{regexp.MustCompile(`^(Inbox|Rights|Edits|Jobs|Events)Policy`), "consumer"},
	{regexp.MustCompile(`ServiceRoleDefaultPolicy`), "tracing"}, // the CDK's own, and what the examples grant their consumers
}

func ofRole(t *testing.T, id string, statements []map[string]any) []permission {
	t.Helper()
	var all []permission
	for _, known := range policies {
		if !known.id.MatchString(id) {
			continue
		}
		for _, action := range actionsOf(statements) {
			if known.role != "tracing" || strings.HasPrefix(action, "xray:") {
				all = append(all, permission{known.role, action})
			}
		}
		return all
	}
	t.Errorf("whose is the policy %s?", id)
	return nil
}

// ofOthers are those that a resource lets in.
func ofOthers(t *testing.T, id string, statements []map[string]any) []permission {
	t.Helper()
	var all []permission
	for _, statement := range statements {
		principal, ok := statement["Principal"].(map[string]any)
		require.True(t, ok, "%s lets in %v", id, statement["Principal"])
		who := map[any]string{
			"events.amazonaws.com": "rule", "sns.amazonaws.com": "topic", "apigateway.amazonaws.com": "API",
		}[principal["Service"]]
		if principal["AWS"] != nil {
			who = "account named"
		}
		require.NotEmpty(t, who, "%s lets in %v", id, principal)
		for _, action := range actionsOf([]map[string]any{statement}) {
			all = append(all, permission{who, action})
		}
	}
	return all
}

// statements are those of a policy that allow something.
func statements(document any) []map[string]any {
	policy, _ := document.(map[string]any)
	list, isList := policy["Statement"].([]any)
	if !isList {
		list = []any{policy["Statement"]}
	}
	var all []map[string]any
	for _, element := range list {
		if statement, is := element.(map[string]any); is && statement["Effect"] == "Allow" {
			all = append(all, statement)
		}
	}
	return all
}

func actionsOf(statements []map[string]any) []string {
	var all []string
	for _, statement := range statements {
		list, isList := statement["Action"].([]any)
		if !isList {
			list = []any{statement["Action"]}
		}
		for _, action := range list {
			all = append(all, fmt.Sprint(action))
		}
	}
	return all
}
