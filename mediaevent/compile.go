package mediaevent

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// compiledMapping is a mapping whose locators have been read.
type compiledMapping struct {
	Mapping
	source string

	payload, items                *locator
	eventID, typ, status          *locator
	time, sequence                *locator
	assetID, assetVersion         *locator
	jobID, callbackID, stage      *locator
	attempt, progress             *locator
	errorCode, errorDetail        *locator
	person, correlationID         *locator
	titleID, costCenter, quantity *locator
	output, identifiers           []named
	assetIDPattern                *regexp.Regexp
	findings                      *locator
	category, term, severity      *locator
	timecode, report              *locator
	severities                    map[string]Severity // by lower-case word
}

func (m Mapping) compile() (*compiledMapping, error) {
	c := &compiler{}
	items := noItem
	if m.Items != "" {
		items = hasItem
	}
	out := &compiledMapping{Mapping: m, source: "/partners/" + m.Partner}
	if m.Account != "" {
		out.source += "/" + url.PathEscape(m.Account)
	}
	c.require(isPartnerName(m.Partner), "Partner",
		"must be a letter or digit and up to 63 letters, digits, ., _ and -, got %q", m.Partner)
	out.payload = c.locator("Payload", m.Payload, aboveItems)
	out.items = c.paths("Items", m.Items, aboveItems)
	for _, field := range []struct {
		name string
		text Locator
		to   **locator
	}{
		{"EventID", m.EventID, &out.eventID},
		{"Type", m.Type, &out.typ},
		{"Status", m.Status, &out.status},
		{"Time", m.Time, &out.time},
		{"Sequence", m.Sequence, &out.sequence},
		{"AssetID", m.AssetID, &out.assetID},
		{"AssetVersion", m.AssetVersion, &out.assetVersion},
		{"JobID", m.JobID, &out.jobID},
		{"CallbackID", m.CallbackID, &out.callbackID},
		{"Stage", m.Stage, &out.stage},
		{"Attempt", m.Attempt, &out.attempt},
		{"Progress", m.Progress, &out.progress},
		{"ErrorCode", m.ErrorCode, &out.errorCode},
		{"ErrorDetail", m.ErrorDetail, &out.errorDetail},
		{"Person", m.Person, &out.person},
		{"CorrelationID", m.CorrelationID, &out.correlationID},
	} {
		*field.to = c.locator(field.name, field.text, items)
	}
	out.assetIDPattern = c.pattern("AssetIDPattern", m.AssetIDPattern)
	c.require(m.AssetIDPattern == "" || m.AssetID != "", "AssetIDPattern", "has no AssetID to match")
	c.require(m.AssetIDCase == "" || m.AssetIDCase == LowerCase || m.AssetIDCase == UpperCase,
		"AssetIDCase", "must be %q or %q, got %q", LowerCase, UpperCase, m.AssetIDCase)
	c.require(known("", m.JobKind, JobKinds()) == nil, "JobKind", "must be one of %q, got %q", JobKinds(), m.JobKind)
	out.output = c.table("Output", m.Output, items)
	out.identifiers = c.table("Identifiers", m.Identifiers, items)
	c.compileCost(m.Cost, out, items)
	c.compileFindings(m.Findings, out, items)
	c.rules(m)
	if len(c.problems) > 0 {
		return nil, &InvalidMappingError{Partner: m.Partner, Problems: c.problems}
	}
	return out, nil
}

func (c *compiler) compileCost(m *CostMapping, out *compiledMapping, items itemScope) {
	if m == nil {
		return
	}
	out.titleID = c.locator("Cost.TitleID", m.TitleID, items)
	out.costCenter = c.locator("Cost.CostCenter", m.CostCenter, items)
	out.quantity = c.locator("Cost.Quantity", m.Quantity, items)
	c.require(m.Unit == "" || m.Quantity != "", "Cost.Unit", "counts nothing: set Cost.Quantity")
}

func (c *compiler) compileFindings(m *FindingsMapping, out *compiledMapping, items itemScope) {
	if m == nil {
		return
	}
	c.require(m.Items != "", "Findings.Items", "is required")
	out.findings = c.paths("Findings.Items", m.Items, items)
	out.category = c.locator("Findings.Category", m.Category, findingItem)
	out.term = c.locator("Findings.Term", m.Term, findingItem)
	out.severity = c.locator("Findings.Severity", m.Severity, findingItem)
	out.timecode = c.locator("Findings.Timecode", m.Timecode, findingItem)
	out.report = c.locator("Findings.Report", m.Report, findingItem)
	out.severities = map[string]Severity{}
	for _, s := range Severities() {
		out.severities[string(s)] = s
	}
	for _, word := range slices.Sorted(maps.Keys(m.Severities)) {
		s := m.Severities[word]
		if s == "" || known("", s, Severities()) != nil {
			c.problem("Findings.Severities", "%q must be one of %q, got %q", word, Severities(), s)
		}
		out.severities[strings.ToLower(word)] = s
	}
}
