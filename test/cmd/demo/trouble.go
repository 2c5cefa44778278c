package main

import (
	"context"

	"github.com/mediasupplychain/cdk/test/drive"
)

// trouble is what happens to the second title: each of the troubles once, at the
// moment when it can.
func (s *story) trouble(ctx context.Context, a drive.Announcement) error {
	switch a.What + " " + a.Stage + " " + a.Fate {
	case "stage.requested rights applied":
		return s.rightsAsked(ctx, a)
	case "stage.completed rights late":
		return s.lockEarly(ctx, a)
	case "stage.completed editing applied": // early: rights has not answered yet
		return s.reply(ctx, "rights-cleared", s.asked, drive.Fields{"decisionId": "D-new-" + a.Asset}, "CLEARED, to the new request")
	case "stage.requested packaging applied":
		return s.packTwice(ctx, a)
	case "stage.requested qc applied":
		return s.forge(ctx, a)
	}
	if a.What == "stage.requested" {
		return s.goWell(ctx, a)
	}
	return nil
}

// rightsAsked has a new version of the master come before rights has answered for
// the old one. When it is asked for the new one, its answer to the old request
// comes: too late.
func (s *story) rightsAsked(ctx context.Context, asked drive.Announcement) error {
	if s.oldCall == "" {
		s.oldCall = asked.CallbackID
		return s.register(ctx, asked.Asset, 3)
	}
	s.asked = asked
	old := asked
	old.CallbackID = s.oldCall
	return s.reply(ctx, "rights-cleared", old, drive.Fields{"decisionId": "D-old-" + asked.Asset}, "CLEARED, to the request for version 2 (late)")
}

// lockEarly has the cutting room lock its sequence while rights is still waited
// for, so before it was asked.
func (s *story) lockEarly(ctx context.Context, a drive.Announcement) error {
	p := partnerOf("editing")
	event, err := s.answer(p, p.file, drive.Announcement{Asset: a.Asset}, nil)
	if err != nil {
		return err
	}
	return s.send(ctx, p, event, "Sequence Locked, before it was asked (early)")
}

// packTwice has the transcode farm send half a message, and then its answer twice.
func (s *story) packTwice(ctx context.Context, asked drive.Announcement) error {
	p := partnerOf("packaging")
	event, err := s.answer(p, p.file, asked, nil)
	if err != nil {
		return err
	}
	cut := drive.Event{Asset: event.Asset, ID: event.ID, Payload: []byte(`{"status": "COMPLETE", "jobId": "` + event.Asset)}
	if err := s.send(ctx, p, cut, "a message that was cut off (poison)"); err != nil {
		return err
	}
	if err := s.send(ctx, p, event, "COMPLETE"); err != nil {
		return err
	}
	return s.send(ctx, p, event, "COMPLETE, the same event again (duplicate)")
}

// forge has somebody call quality control's webhook with a signature that is not
// of the body, and then the QC service itself.
func (s *story) forge(ctx context.Context, asked drive.Announcement) error {
	p := partnerOf("qc")
	event, err := s.answer(p, "qc-passed", asked, nil)
	if err != nil {
		return err
	}
	if s.forged, err = s.chain.Forge(ctx, p.file, event); err != nil {
		return err
	}
	s.sent = append(s.sent, sending{Partner: p, Asset: event.Asset, Refused: s.forged})
	s.screen.say("%-12s somebody: PASSED, with a wrong signature: answered %d", event.Asset, s.forged)
	return s.send(ctx, p, event, words("qc-passed"))
}
