package mediaevent

// The mappings of the partners whose payloads are in testdata/partners: what a
// user of the library would write for them.

var frameIO = Mapping{
	Partner: "frameio",
	EventID: "message.id", // Frame.io repeats no id; the webhook endpoint makes one
	Type:    "$.type",
	AssetID: "$.resource.id",
	Person:  "$.user.id",
	Rules: []Rule{
		{Type: Words{"file.ready"}, Do: Complete("editing"), AssetStatus: AssetAvailable},
		{Type: Words{"comment.*"}, Do: Record()},
	},
}

var mux = Mapping{
	Partner:     "mux",
	EventID:     "$.id",
	Type:        "$.type",
	Status:      "$.data.status",
	Time:        "$.created_at",
	AssetID:     "$.data.passthrough ?? $.data.id",
	JobID:       "$.data.id",
	JobKind:     TransformJob,
	ErrorCode:   "$.data.errors.type",
	ErrorDetail: "$.data.errors.messages[0]",
	Output:      map[string]Locator{"playbackId": "$.data.playback_ids[0].id", "seconds": "$.data.duration"},
	Rules: []Rule{
		{Type: Words{"video.asset.ready"}, Do: Complete("packaging")},
		{Type: Words{"video.asset.errored"}, Do: Fail("packaging")},
		{Type: Words{"video.asset.created"}, Do: Progress("packaging"), JobStatus: JobQueued},
	},
}

var iconik = Mapping{
	Partner:      "iconik",
	Account:      "acme",
	EventID:      "{$.request_id}/{$.object_id}",
	Type:         "{$.event_type}.{$.realm}.{$.operation}",
	Time:         "$.data.date_modified",
	AssetID:      "$.data.external_id",
	AssetVersion: "$.data.versions[0].id",
	Identifiers:  map[string]Locator{"partner:iconik": "$.object_id", "eidr:title": "$.data.external_id"},
	Person:       "$.user_id",
	Rules: []Rule{
		{Type: Words{"assets.versions.create"}, Do: Start(), AssetStatus: AssetAvailable},
		{Type: Words{"assets.*", "collections.*"}, Do: Record()},
	},
}

var telestreamQC = Mapping{
	Partner:     "telestream",
	EventID:     "{$.job_id}:{$.event}",
	Type:        "$.event",
	Status:      "$.result",
	Time:        "$.occurred_at",
	JobID:       "$.job_id",
	CallbackID:  "$.reference",
	JobKind:     QAJob,
	ErrorDetail: "$.report.events[0].note",
	Findings: &FindingsMapping{
		Items: "$.report.events", Category: "@.group", Term: "@.test", Severity: "@.level", Timecode: "@.tc_in",
		Report:     "$.report_url",
		Severities: map[string]Severity{"ERROR": SeverityHigh, "WARNING": SeverityMedium},
	},
	Rules: []Rule{
		{Status: Words{"PASSED", "WARNING"}, Do: Complete("qc"), AssetStatus: AssetValidated},
		{Status: Words{"REJECTED"}, Do: Fail("qc"), AssetStatus: AssetRework},
	},
}

var signiant = Mapping{
	Partner:        "signiant",
	EventID:        "{$.transferId}/{$.partNumber}/{$.eventType}",
	Type:           "$.eventType",
	Time:           "$.eventTimestamp",
	Sequence:       "$.partNumber",
	AssetID:        "$.payload.packageDetails.files[0].path",
	AssetIDPattern: `^([^/]+)/`,
	JobKind:        DistributionJob,
	Cost:           &CostMapping{TitleID: "$.payload.packageDetails.files[0].path", Unit: "job", Quantity: "=1"},
	Rules: []Rule{
		{Type: Words{"package.upload.complete"}, Do: Progress("delivery")},
		{Type: Words{"package.download.complete"}, Do: Complete("delivery"), AssetStatus: AssetDelivered},
	},
}

var mediaConvert = Mapping{
	Partner:     "mediaconvert",
	EventID:     "{$.jobId}:{$.status}",
	Status:      "$.status",
	Time:        "$.timestamp",
	AssetID:     "$.userMetadata.assetId",
	JobID:       "$.jobId",
	CallbackID:  "$.userMetadata.callbackId",
	Attempt:     "$.userMetadata.attempt",
	JobKind:     TransformJob,
	ErrorCode:   "$.errorCode",
	ErrorDetail: "$.errorMessage",
	Output:      map[string]Locator{"files": "$.outputGroupDetails[0].outputDetails"},
	Rules: []Rule{
		{Status: Words{"COMPLETE"}, Do: Complete("packaging")},
		{Status: Words{"ERROR"}, Do: Fail("packaging")},
		{Status: Words{"CANCELED"}, Do: Fail("packaging"), JobStatus: JobCanceled},
		{Status: Words{"PROGRESSING", "STATUS_UPDATE", "INPUT_INFORMATION"}, Do: Progress("packaging")},
	},
}

var rights = Mapping{
	Partner:     "rights",
	EventID:     "$.decisionId",
	Type:        "message.type",
	Status:      "$.decision",
	Time:        "$.decidedAt ?? message.time",
	AssetID:     "$.titleId",
	Identifiers: map[string]Locator{"eidr:edit": "$.eidr"},
	Person:      "$.decidedBy",
	Rules: []Rule{
		{Type: Words{"Clearance Decided"}, Status: Words{"CLEARED"}, Do: Complete("rights")},
		{Type: Words{"Clearance Decided"}, Status: Words{"DENIED"}, Do: Fail("rights"), AssetStatus: AssetOnHold},
	},
}

var wistia = Mapping{
	Partner: "wistia",
	Items:   "$.events[*]",
	EventID: "@.uuid",
	Type:    "@.type",
	Time:    "@.generated_at",
	AssetID: "@.payload.media.id",
	Person:  "$.hook.uuid",
	Rules: []Rule{
		{Type: Words{"media.created"}, Do: Start()},
		{Type: Words{"media.updated"}, Do: Record()},
	},
}

var backblaze = Mapping{
	Partner:        "backblaze",
	Items:          "$.events",
	EventID:        "@.objectVersionId",
	Type:           "@.eventType",
	Time:           "@.eventTimestamp",
	AssetID:        "{@.bucketName}/{@.objectName}",
	AssetIDPattern: `^masters/([^/]+)/`,
	AssetVersion:   "@.objectVersionId",
	Rules:          []Rule{{Type: Words{"b2:ObjectCreated:*"}, Do: Start(), EventType: "media.master.uploaded.v1"}},
}

var bunny = Mapping{
	Partner: "bunny",
	Status:  "$.Status",
	JobID:   "$.VideoGuid",
	JobKind: TransformJob,
	Rules: []Rule{
		{Status: Words{"3"}, Do: Complete("")},
		{Status: Words{"5", "8"}, Do: Fail("")},
		{Status: Words{"0", "1", "2", "4"}, Do: Progress("")},
	},
}

var mam = Mapping{
	Partner:      "mam",
	EventID:      "$.messageId",
	Type:         "$.event",
	Time:         "$.registeredAt",
	AssetID:      "$.asset.houseId",
	AssetIDCase:  LowerCase,
	AssetVersion: "$.asset.version",
	Identifiers:  map[string]Locator{"eidr:edit": "$.asset.eidrEdit", "house": "$.asset.houseId"},
	Cost: &CostMapping{
		TitleID: "$.asset.houseId", CostCenter: "$.costCenter", Quantity: "$.storageGB", Unit: "GB",
	},
	CorrelationID: "master:{$.asset.houseId}:{$.asset.version}",
	Rules:         []Rule{{Type: Words{"MASTER_REGISTERED"}, Do: Start(), AssetStatus: AssetIngested}},
}

var revCom = Mapping{
	Partner: "revcom",
	EventID: "{$.order_number}:{$.status}",
	Type:    "$.type",
	Status:  "$.status",
	AssetID: "$.client_ref",
	JobID:   "$.order_number",
	Rules:   []Rule{{Status: Words{"complete"}, Do: Complete("captions")}},
}

func allMappings() []Mapping {
	return []Mapping{
		frameIO, mux, iconik, telestreamQC, signiant, mediaConvert, rights, wistia, backblaze, bunny, mam, revCom,
	}
}
