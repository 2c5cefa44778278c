package mediaevent

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheMappingsOfTheTestsAreValid(t *testing.T) {
	for _, m := range append(allMappings(), qc) {
		require.NoError(t, m.Validate(), m.Partner)
	}
}

func TestEverythingThatIsWrongWithAMappingIsSaidAtOnce(t *testing.T) {
	err := Mapping{
		Partner:        "frame io",
		EventID:        "$.id[",
		Type:           "type",
		AssetID:        "$.data.passthrough ?? $.data.id)",
		AssetIDPattern: "(",
		AssetIDCase:    "title",
		JobID:          "@.job",
		JobKind:        "TranscodeJob",
		Items:          "",
		Output:         map[string]Locator{"url": "message.url", "": "$.x"},
		Findings:       &FindingsMapping{Items: "=none", Severities: map[string]Severity{"BAD": "awful"}},
		Cost:           &CostMapping{Unit: "minute"},
		Rules: []Rule{
			{Type: Words{"a*b", " "}, Do: Complete("quality control")},
			{Status: Words{"x"}, Do: Action{Kind: "stop"}},
			{Do: Fail("qc"), JobStatus: JobCompleted, AssetStatus: "lost", EventType: "failed"},
			{Type: Words{"late"}, Do: Start()},
		},
	}.Validate()

	require.EqualError(t, err, `mapping "frame io" is invalid:
- Partner must be a letter or digit and up to 63 letters, digits, ., _ and -, got "frame io"
- EventID "$.id[": must be a JSONPath (RFC 9535), such as $.asset.id or $.files[0].name: unexpected eof at position 6
- Type "type": "type" is no locator: write $.type for a JSONPath, =type for a constant at position 1
- AssetID "$.data.passthrough ?? $.data.id)": must be a JSONPath (RFC 9535), such as $.asset.id or $.files[0].name: unexpected ')' at position 32
- JobID "@.job": @ looks into an item, but Items is not set
- AssetIDPattern "(" is no regular expression: error parsing regexp: missing closing ): `+"`(`"+`
- AssetIDCase must be "lower" or "upper", got "title"
- JobKind must be one of ["AIJob" "AMEJob" "CaptureJob" "DistributionJob" "QAJob" "StorageJob" "TransformJob" "WorkflowJob"], got "TranscodeJob"
- Output[""] needs a name
- Output["url"] "message.url": "message.url" is unknown, there are message.group, message.id, message.replay, message.sequence, message.source, message.subject, message.time, message.type and message.attribute.NAME at position 1
- Cost.Unit counts nothing: set Cost.Quantity
- Findings.Items must be a JSONPath, got "=none"
- Findings.Severities "BAD" must be one of ["critical" "high" "medium" "low" "resolved"], got "awful"
- Rules[0].Type[0] may have a * at its end only, got "a*b"
- Rules[0].Type[1] is blank
- Rules[0].Do stage must be a letter and up to 63 letters, digits, _ and -, got "quality control"
- Rules[1].Status has words to compare, but Status does not say where they are
- Rules[1].Do must be Start, Complete, Fail, Progress or Record, got "stop"
- Rules[2].JobStatus must be one of ["Failed" "Canceled"] with fail, got "Completed"
- Rules[2].AssetStatus must be one of ["available" "offered" "processing" "delivered" "rework" "rejected" "recalled" "ingested" "validated" "abandoned" "superseded" "deleted" "on-hold" "orphaned"], got "lost"
- Rules[2].EventType must be words with dots between, like "media.qc.completed.v1", got "failed"
- Rules[3] can never match: Rules[2] matches all of it first`)

	var invalid *InvalidMappingError
	require.ErrorAs(t, err, &invalid)
	assert.Equal(t, MappingError{Field: "EventID", Locator: "$.id[", Position: 6, Message: "must be a JSONPath (RFC 9535), such as $.asset.id or $.files[0].name: unexpected eof"}, invalid.Problems[1])
	var problem MappingError
	require.ErrorAs(t, err, &problem, "each problem is an error of its own")
}

func TestAnActionNeedsAWayToFindItsStage(t *testing.T) {
	const nobody = "Rules[0].Do complete cannot tell whose stage it is for: set CallbackID or JobID, or AssetID and a stage"
	for _, c := range []struct {
		name    string
		mapping Mapping
		problem string
	}{
		{"nothing", Mapping{Rules: []Rule{{Do: Complete("qc")}}}, nobody},
		{"an asset only", Mapping{AssetID: "$.a", Rules: []Rule{{Do: Complete("")}}}, nobody},
		{"asset and stage", Mapping{AssetID: "$.a", Rules: []Rule{{Do: Complete("qc")}}}, ""},
		{"asset and an echoed stage", Mapping{AssetID: "$.a", Stage: "$.s", Rules: []Rule{{Do: Complete("")}}}, ""},
		{"a job", Mapping{JobID: "$.j", Rules: []Rule{{Do: Complete("")}}}, ""},
		{"a callback", Mapping{CallbackID: "$.c", Rules: []Rule{{Do: Complete("")}}}, ""},
		{"a start without an asset", Mapping{JobID: "$.j", Rules: []Rule{{Do: Start()}}}, "Rules[0].Do start needs an asset: set AssetID"},
		{"a record of a stage", Mapping{Rules: []Rule{{Do: Action{DoRecord, "qc"}}}}, `Rules[0].Do record takes no stage, got "qc"`},
		{"no rule", Mapping{}, "Rules must have at least one rule"},
		{"a pattern for nothing", Mapping{AssetIDPattern: "x", Rules: []Rule{{Do: Record()}}}, "AssetIDPattern has no AssetID to match"},
		{"constant items", Mapping{Items: "message.id", Rules: []Rule{{Do: Record()}}}, `Items must be a JSONPath, got "message.id"`},
		{"items in items", Mapping{Items: "@.x", Rules: []Rule{{Do: Record()}}}, `Items "@.x": @ looks into an item, which is not known here`},
		{"findings nowhere", Mapping{Findings: &FindingsMapping{}, Rules: []Rule{{Do: Record()}}}, "Findings.Items is required"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.mapping.Partner = "p"
			err := c.mapping.Validate()
			if c.problem == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, "mapping \"p\" is invalid:\n- "+c.problem)
		})
	}
}

func TestARuleThatCanNeverMatchIsFound(t *testing.T) {
	for _, c := range []struct {
		first, second Rule
		never         bool
	}{
		{Rule{Type: Words{"a"}}, Rule{Type: Words{"b"}}, false},
		{Rule{Type: Words{"a", "b"}}, Rule{Type: Words{"B"}}, true},
		{Rule{Type: Words{"a"}}, Rule{Type: Words{"a", "b"}}, false},
		{Rule{Type: Words{"comment.*"}}, Rule{Type: Words{"comment.created"}}, true},
		{Rule{Type: Words{"comment.created"}}, Rule{Type: Words{"comment.*"}}, false},
		{Rule{Type: Words{"comment.*"}}, Rule{Type: Words{"Comment.reply.*"}}, true},
		{Rule{Type: Words{"a"}, Status: Words{"x"}}, Rule{Type: Words{"a"}}, false},
		{Rule{Type: Words{"a"}}, Rule{Type: Words{"a"}, Status: Words{"x"}}, true},
		{Rule{Status: Words{"x"}}, Rule{Type: Words{"a"}}, false},
		{Rule{}, Rule{Type: Words{"a"}}, true},
		{Rule{Type: Words{"*"}}, Rule{}, false},
	} {
		c.first.Do, c.second.Do = Record(), Record()
		err := Mapping{Partner: "p", Type: "$.t", Status: "$.s", Rules: []Rule{c.first, c.second}}.Validate()
		if !c.never {
			require.NoError(t, err, "%v %v", c.first, c.second)
			continue
		}
		require.EqualError(t, err, "mapping \"p\" is invalid:\n- Rules[1] can never match: Rules[0] matches all of it first")
	}
}

func TestAMapperNeedsMappings(t *testing.T) {
	_, err := NewMapper()
	require.EqualError(t, err, "mediaevent: a mapper needs at least one mapping")
	_, err = NewMapper(mux, Mapping{Partner: "a"}, Mapping{Partner: "b"})
	require.EqualError(t, err, "mapping \"a\" is invalid:\n- Rules must have at least one rule\nmapping \"b\" is invalid:\n- Rules must have at least one rule")
	require.ErrorAs(t, err, new(*InvalidMappingError))
}
