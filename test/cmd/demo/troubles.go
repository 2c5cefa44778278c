package main

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/mediasupplychain/cdk/supplychain/state"
)

// trouble is one thing that went wrong, and what the supply chain says became of
// it: empty when it shows nothing.
type trouble struct {
	Name   string
	Sent   string
	Became string
	Seen   string // where one can look
}

// troubles looks for each in what the supply chain tells.
func troubles(f found, rough string, forged int) []trouble {
	history := f.histories[rough]
	return []trouble{
		{"duplicate", "The transcode farm sends the same COMPLETE twice.", repeatedOnce(history, f.duplicates["packaging"]), "log of packaging's intake; history"},
		{"early answer", "The cutting room locks its sequence while rights is still waited for.", early(history), "history"},
		{"wrong signature", "Somebody calls quality control's webhook; the signature is not of the body.", unsigned(forged), "HTTP answer"},
		{"late answer", "The rights platform clears version 2 when version 3 has replaced it.", late(history), "history"},
		{"poison message", "The transcode farm sends half a JSON object.", poison(f), "dead-letter queue of packaging"},
	}
}

// unshown is an error for each trouble that left no trace.
func unshown(all []trouble) error {
	var problems []error
	for _, t := range all {
		if t.Became == "" {
			problems = append(problems, fmt.Errorf("%s: nothing shows what became of it", t.Name))
		}
	}
	return errors.Join(problems...)
}

func matching(history []state.Entry, what, stage, fate string) []state.Entry {
	return slices.DeleteFunc(slices.Clone(history), func(e state.Entry) bool {
		return e.What != what || e.Stage != stage || e.Fate != fate
	})
}

func repeatedOnce(history []state.Entry, duplicates int) string {
	if applied := matching(history, "stage.completed", "packaging", "applied"); duplicates != 1 || len(applied) != 1 {
		return ""
	}
	return "Known from the first time: packaging was completed once, and nothing was written for the second."
}

func early(history []state.Entry) string {
	answers := matching(history, "stage.completed", "editing", "applied")
	asked := slices.ContainsFunc(history, func(e state.Entry) bool { return e.What == "stage.requested" && e.Stage == "editing" })
	if len(answers) != 1 || asked {
		return ""
	}
	return "Kept, and counted when the stage's turn came: the cutting room was not asked any more."
}

func unsigned(status int) string {
	if status != http.StatusUnauthorized {
		return ""
	}
	return fmt.Sprintf("Answered %d, and went no further.", status)
}

func late(history []state.Entry) string {
	answers := matching(history, "stage.completed", "rights", "late")
	if len(answers) != 1 {
		return ""
	}
	return "In the history as late, without effect: " + cmp.Or(answers[0].Cause, "the request was of another run") + "."
}

func poison(f found) string {
	parked := f.parked["packaging"]
	if len(parked) != 1 {
		return ""
	}
	return "Parked at once, with the reason: " + cmp.Or(parked[0].Attributes["DeadLetterReason"], "(none)")
}
