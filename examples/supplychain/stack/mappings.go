package stack

import (
	"github.com/mediasupplychain/cdk/mediaevent"
)

// How each partner speaks: where in its payloads things are, and what its words
// mean. A file for each payload is in ../testdata.

// mam is the asset management system, which announces masters.
func mam() *mediaevent.Mapping {
	return &mediaevent.Mapping{
		Partner:       "mam",
		EventID:       "$.messageId",
		Type:          "$.event",
		Time:          "$.registeredAt",
		AssetID:       "$.asset.houseId",
		AssetIDCase:   mediaevent.LowerCase,
		AssetVersion:  "$.asset.version",
		Identifiers:   map[string]mediaevent.Locator{"eidr:edit": "$.asset.eidrEdit", "house": "$.asset.houseId"},
		Output:        map[string]mediaevent.Locator{"masterUri": "$.asset.essence.uri"},
		CorrelationID: "master:{$.asset.houseId}:{$.asset.version}",
		Rules: []mediaevent.Rule{
			{Type: mediaevent.Words{"MASTER_REGISTERED"}, Do: mediaevent.Start(), AssetStatus: mediaevent.AssetIngested},
			{Type: mediaevent.Words{"MASTER_*"}, Do: mediaevent.Record()},
		},
	}
}

// rights is the rights clearance platform.
func rights() *mediaevent.Mapping {
	return &mediaevent.Mapping{
		Partner:    "rights",
		EventID:    "$.decisionId",
		Status:     "$.decision",
		Time:       "$.decidedAt ?? message.time",
		AssetID:    "$.titleId",
		CallbackID: "$.requestId",
		Output:     map[string]mediaevent.Locator{"territories": "$.territories", "from": "$.window.from", "to": "$.window.to"},
		Person:     "$.decidedBy",
		Rules: []mediaevent.Rule{
			{Status: mediaevent.Words{"CLEARED"}, Do: mediaevent.Complete("rights")},
			{Status: mediaevent.Words{"DENIED"}, Do: mediaevent.Fail("rights"), AssetStatus: mediaevent.AssetOnHold},
		},
	}
}

// cuttingRoom is the editing application of another account.
func cuttingRoom() *mediaevent.Mapping {
	return &mediaevent.Mapping{
		Partner:    "cuttingroom",
		EventID:    "$.changeId",
		Type:       "message.type",
		Time:       "$.lockedAt ?? message.time",
		AssetID:    "$.title.id",
		CallbackID: "$.order",
		Output:     map[string]mediaevent.Locator{"sequence": "$.sequence.id", "edl": "$.sequence.edl"},
		Person:     "$.editor",
		Rules: []mediaevent.Rule{
			{Type: mediaevent.Words{"Sequence Locked"}, Do: mediaevent.Complete("editing")},
			{Type: mediaevent.Words{"Sequence Rejected"}, Do: mediaevent.Fail("editing"), AssetStatus: mediaevent.AssetRework},
			{Type: mediaevent.Words{"Comment *"}, Do: mediaevent.Record()},
		},
	}
}

// transcodeFarm packages; it speaks as AWS Elemental MediaConvert does.
func transcodeFarm() *mediaevent.Mapping {
	return &mediaevent.Mapping{
		Partner:     "transcodefarm",
		EventID:     "{$.jobId}:{$.status}:{$.timestamp}",
		Status:      "$.status",
		Time:        "$.timestamp",
		AssetID:     "$.userMetadata.assetId",
		JobID:       "$.jobId",
		CallbackID:  "$.userMetadata.callbackId",
		Progress:    "$.jobProgress.jobPercentComplete",
		ErrorCode:   "$.errorCode",
		ErrorDetail: "$.errorMessage",
		JobKind:     mediaevent.TransformJob,
		Output:      map[string]mediaevent.Locator{"playlist": "$.outputGroupDetails[0].playlistFilePaths[0]"},
		Rules: []mediaevent.Rule{
			{Status: mediaevent.Words{"COMPLETE"}, Do: mediaevent.Complete("packaging")},
			{Status: mediaevent.Words{"ERROR"}, Do: mediaevent.Fail("packaging")},
			{Status: mediaevent.Words{"CANCELED"}, Do: mediaevent.Fail("packaging"), JobStatus: mediaevent.JobCanceled},
			{Status: mediaevent.Words{"PROGRESSING", "STATUS_UPDATE"}, Do: mediaevent.Progress("packaging")},
		},
	}
}

// qualityControl is a cloud service for automated quality control.
func qualityControl() *mediaevent.Mapping {
	return &mediaevent.Mapping{
		Partner:        "qc",
		EventID:        "{$.job_id}:{$.event}",
		Status:         "$.result",
		Time:           "$.occurred_at",
		AssetID:        "$.media.name",
		AssetIDPattern: `^([^_]+)_`,
		JobID:          "$.job_id",
		CallbackID:     "$.reference",
		JobKind:        mediaevent.QAJob,
		ErrorDetail:    "$.message ?? $.report.events[0].note",
		Output:         map[string]mediaevent.Locator{"report": "$.report_url"},
		Findings: &mediaevent.FindingsMapping{
			Items: "$.report.events", Category: "@.group", Term: "@.test", Severity: "@.level", Timecode: "@.tc_in", Report: "$.report_url",
			Severities: map[string]mediaevent.Severity{
				"SEVERE": mediaevent.SeverityCritical, "ERROR": mediaevent.SeverityHigh, "WARNING": mediaevent.SeverityMedium,
			},
		},
		Rules: []mediaevent.Rule{
			{Status: mediaevent.Words{"PASSED"}, Do: mediaevent.Complete("qc"), AssetStatus: mediaevent.AssetValidated},
			{Status: mediaevent.Words{"PASSED_WITH_FINDINGS"}, Do: mediaevent.Complete("qc"), AssetStatus: mediaevent.AssetRework},
			{Status: mediaevent.Words{"FAILED"}, Do: mediaevent.Fail("qc")},
		},
	}
}

// signiant delivers files, as Signiant Media Shuttle does.
func signiant() *mediaevent.Mapping {
	return &mediaevent.Mapping{
		Partner:        "signiant",
		EventID:        "{$.transferId}/{$.partNumber}/{$.eventType}",
		Type:           "$.eventType",
		Time:           "$.eventTimestamp",
		AssetID:        "$.payload.packageDetails.files[0].path",
		AssetIDPattern: `^([^/]+)/`,
		JobKind:        mediaevent.DistributionJob,
		Output:         map[string]mediaevent.Locator{"package": "$.payload.packageDetails.id"},
		Rules: []mediaevent.Rule{
			{Type: mediaevent.Words{"package.upload.complete"}, Do: mediaevent.Progress("delivery")},
			{Type: mediaevent.Words{"package.download.complete"}, Do: mediaevent.Complete("delivery"), AssetStatus: mediaevent.AssetDelivered},
		},
	}
}

// mux is the video platform that brings the title to its audience.
func mux() *mediaevent.Mapping {
	return &mediaevent.Mapping{
		Partner:     "mux",
		EventID:     "$.id",
		Type:        "$.type",
		Time:        "$.created_at",
		AssetID:     "$.data.passthrough",
		ErrorCode:   "$.data.errors.type",
		ErrorDetail: "$.data.errors.messages[0]",
		JobKind:     mediaevent.DistributionJob,
		Output:      map[string]mediaevent.Locator{"playbackId": "$.data.playback_ids[0].id", "seconds": "$.data.duration"},
		Rules: []mediaevent.Rule{
			{Type: mediaevent.Words{"video.asset.ready"}, Do: mediaevent.Complete("distribution"), AssetStatus: mediaevent.AssetAvailable},
			{Type: mediaevent.Words{"video.asset.errored"}, Do: mediaevent.Fail("distribution")},
			{Type: mediaevent.Words{"video.asset.created"}, Do: mediaevent.Progress("distribution"), JobStatus: mediaevent.JobQueued},
		},
	}
}
