package cloudevents_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/mediaevent"
	"github.com/mediasupplychain/cdk/mediaevent/schema"
	"github.com/mediasupplychain/cdk/test/cloudevents/schemas"
)

const mediaeventDir = "../../mediaevent"

func compile(t *testing.T, content []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	require.NoError(t, c.AddResource("schema.json", doc))
	s, err := c.Compile("schema.json")
	require.NoError(t, err)
	return s
}

func problem(t *testing.T, s *jsonschema.Schema, document []byte) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	require.NoError(t, err)
	return s.Validate(v)
}

// goldenEvents are the events that package mediaevent's tests make of the
// partners' payloads, by partner payload.
func goldenEvents(t *testing.T) map[string][]json.RawMessage {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(mediaeventDir, "testdata", "events", "*.json"))
	require.NoError(t, err)
	require.Greater(t, len(files), 12)
	all := map[string][]json.RawMessage{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		var events []json.RawMessage
		require.NoError(t, json.Unmarshal(content, &events))
		require.NotEmpty(t, events)
		all[filepath.Base(file)] = events
	}
	return all
}

func TestThePublishedSchemasAreCurrent(t *testing.T) {
	files, err := schemas.Generate(mediaeventDir)
	require.NoError(t, err)
	require.Len(t, files, 3)
	published := map[string][]byte{"event.v1.json": schema.Event, "data.v1.json": schema.Data, "mappings.v1.json": schema.Mappings}
	for name, content := range files {
		assert.Equal(t, string(content), string(published[name]), "%s: run go generate ./cloudevents in the folder test", name)
	}
}

func TestEventsFitTheirSchema(t *testing.T) {
	event, data := compile(t, schema.Event), compile(t, schema.Data)
	strictSchema, err := schemas.Strict(mediaeventDir)
	require.NoError(t, err)
	strict := compile(t, strictSchema)
	for name, events := range goldenEvents(t) {
		for _, e := range events {
			require.NoError(t, problem(t, event, e), name)
			require.NoError(t, problem(t, strict, e), "%s has a member that the schema does not describe", name)
			var members struct{ Data json.RawMessage }
			require.NoError(t, json.Unmarshal(e, &members))
			require.NoError(t, problem(t, data, members.Data), name)
		}
	}
}

// The schema and Event.Validate are two accounts of the same thing: what one
// refuses, the other does.
func TestTheSchemaRefusesWhatValidateRefuses(t *testing.T) {
	event := compile(t, schema.Event)
	good := goldenEvents(t)["telestream-qc-rejected.json"][0]
	for name, change := range map[string][2]string{
		"another version":          {`"specversion": "1.0"`, `"specversion": "0.3"`},
		"no id":                    {`"id": "qc_01HQZX5N7W:qc.job.rejected"`, `"id": ""`},
		"no type":                  {`"type": "media.qc.failed.v1"`, `"type": ""`},
		"no source":                {`"source": "/partners/telestream"`, `"source": ""`},
		"another content type":     {`"application/json"`, `"text/xml"`},
		"a sequence with blanks":   {`"sequence": "2026-03-01T10:45:30.000000000Z"`, `"sequence": "a b"`},
		"a job kind of one's own":  {`"QAJob"`, `"QCJob"`},
		"a job status of its own":  {`"status": "Failed"`, `"status": "Rejected"`},
		"a severity of one's own":  {`"severity": "high"`, `"severity": "ERROR"`},
		"a participant of no kind": {`"type": "organization"`, `"type": "robot"`},
	} {
		t.Run(name, func(t *testing.T) {
			bad := strings.Replace(string(good), change[0], change[1], 1)
			require.NotEqual(t, string(good), bad)
			require.Error(t, problem(t, event, []byte(bad)))
			_, err := mediaevent.Parse([]byte(bad))
			require.Error(t, err)
		})
	}
	_, err := mediaevent.Parse(good)
	require.NoError(t, err)
}

func TestMappingsFitTheirSchema(t *testing.T) {
	mappings := compile(t, schema.Mappings)
	full := mediaevent.Mapping{
		Partner: "qc", EventID: "$.id", Status: "$.result", JobID: "$.job", JobKind: mediaevent.QAJob,
		AssetID: "$.asset", AssetIDCase: mediaevent.LowerCase, Output: map[string]mediaevent.Locator{"report": "$.report"},
		Findings: &mediaevent.FindingsMapping{
			Items: "$.events", Severity: "@.level", Severities: map[string]mediaevent.Severity{"bad": mediaevent.SeverityHigh},
		},
		Rules: []mediaevent.Rule{
			{Status: mediaevent.Words{"ok"}, Do: mediaevent.Complete("qc"), AssetStatus: mediaevent.AssetValidated},
			{Do: mediaevent.Record()},
		},
	}
	text, err := mediaevent.Encode(full)
	require.NoError(t, err)
	require.NoError(t, problem(t, mappings, []byte(text)))
	for _, change := range [][2]string{
		{`"partner":"qc"`, `"partnr":"qc"`}, {`"complete"`, `"finish"`}, {`"QAJob"`, `"QCJob"`}, {`"lower"`, `"title"`}, {`"high"`, `"awful"`},
	} {
		bad := strings.Replace(text, change[0], change[1], 1)
		require.NotEqual(t, text, bad)
		require.Error(t, problem(t, mappings, []byte(bad)), bad)
	}
}
