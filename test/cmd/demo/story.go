package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/mediasupplychain/cdk/supplychain/state"
	"github.com/mediasupplychain/cdk/test/drive"
	"github.com/mediasupplychain/cdk/test/localcloud"
)

const (
	storyPatience = 3 * time.Minute
	lookInterval  = 100 * time.Millisecond
	reaction      = 700 * time.Millisecond // of partners, so that one can follow the board
)

// story is two titles on their way through the deployed example. Everything goes
// well with the first; each trouble happens to the second. Partners answer
// because the supply chain's bus asks them.
type story struct {
	chain   *drive.SupplyChain
	logs    *drive.Operator
	screen  *screen
	began   time.Time
	clean   string // the first title
	rough   string // the second
	sent    []sending
	forged  int                // HTTP status of the answer to the forged request
	oldCall string             // callback id of the rights request that was superseded
	asked   drive.Announcement // of rights, by the second title's new run
	farm    drive.Announcement // of the transcode farm, by the first title
	ended   map[string]bool
	heard   []hearing
}

// hearing is what somebody has heard, and when they react to it.
type hearing struct {
	at   time.Time
	what drive.Announcement
}

func openStory(ctx context.Context, out io.Writer, cloud *localcloud.Cloud) (*story, error) {
	chain, err := drive.OpenSupplyChain(ctx, cloud)
	if err != nil {
		return nil, err
	}
	return &story{
		chain: chain, logs: drive.NewOperator(cloud, chain.Deployment()), screen: newScreen(out),
		clean: drive.NewAsset("clean"), rough: drive.NewAsset("rough"), ended: map[string]bool{},
	}, nil
}

// tell runs the story until both titles are through and every event has been
// looked at.
func (s *story) tell(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, storyPatience)
	defer cancel()
	defer s.screen.done()
	s.began = time.Now()
	for _, title := range []string{s.clean, s.rough} {
		if err := s.register(ctx, title, 2); err != nil {
			return err
		}
	}
	for !s.ended[s.clean] || !s.ended[s.rough] {
		if err := s.look(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the titles are not through after %s: %w\n%s", storyPatience, ctx.Err(), strings.Join(s.screen.last.lines(time.Now(), plainStyle), "\n"))
		case <-time.After(lookInterval):
		}
	}
	if err := s.chain.WaitUntilQuiet(ctx, patience); err != nil {
		return err
	}
	return s.look(ctx)
}

// look hears what the supply chain announces, has partners react, and draws how
// the titles stand.
func (s *story) look(ctx context.Context) error {
	news, err := s.chain.Announcements(ctx)
	if err != nil {
		return err
	}
	now := time.Now()
	for _, a := range news {
		heard := hearing{at: now, what: a}
		if s.screen.live {
			heard.at = now.Add(reaction)
		}
		s.heard = append(s.heard, heard)
	}
	for len(s.heard) > 0 && !s.heard[0].at.After(now) {
		a := s.heard[0].what
		s.heard = s.heard[1:]
		if err := s.react(ctx, a); err != nil {
			return fmt.Errorf("%s: %s %s: %w", a.Asset, a.What, a.Stage, err)
		}
	}
	var assets []state.Asset
	for _, title := range []string{s.clean, s.rough} {
		asset, err := s.chain.State.Asset(ctx, title)
		if errors.Is(err, state.ErrUnknownAsset) {
			asset = state.Asset{ID: title}
		} else if err != nil {
			return err
		}
		assets = append(assets, asset)
	}
	s.screen.show(assets, time.Now())
	return nil
}

func (s *story) react(ctx context.Context, a drive.Announcement) error {
	switch {
	case a.What == "run.completed" && a.Fate == "applied":
		s.ended[a.Asset] = true
	case strings.HasPrefix(a.What, "run.") && a.What != "run.started" && a.What != "run.superseded" && a.Fate == "applied":
		return errors.New("a run that should have gone well")
	case a.Asset == s.rough:
		return s.trouble(ctx, a)
	case a.Asset == s.clean && a.What == "stage.requested" && a.Stage == "packaging":
		s.farm = a
		return s.reply(ctx, "packaging-progressing", a, nil, "STATUS_UPDATE, 42 percent done")
	case a.Asset == s.clean && a.What == "stage.progressed":
		return s.goWell(ctx, s.farm)
	case a.Asset == s.clean && a.What == "stage.requested":
		return s.goWell(ctx, a)
	}
	return nil
}

// register announces a version of a title's master.
func (s *story) register(ctx context.Context, title string, version int) error {
	mam := allPartners()[0]
	event, err := s.chain.Payload(mam.file, title, drive.Fields{
		"messageId": fmt.Sprintf("MAM-%s-%d", title, version), "asset": map[string]any{"houseId": strings.ToUpper(title), "version": version},
	})
	if err != nil {
		return err
	}
	return s.send(ctx, mam, event, fmt.Sprintf("MASTER_REGISTERED, version %d", version))
}

// goWell answers as each partner does on a good day.
func (s *story) goWell(ctx context.Context, asked drive.Announcement) error {
	p := partnerOf(asked.Stage)
	return s.reply(ctx, p.file, asked, nil, words(p.file))
}

// reply sends a partner's answer to a request.
func (s *story) reply(ctx context.Context, file string, asked drive.Announcement, more drive.Fields, words string) error {
	p := partnerOf(asked.Stage)
	event, err := s.answer(p, file, asked, more)
	if err != nil {
		return err
	}
	return s.send(ctx, p, event, words)
}

// words says in short what a payload says.
func words(file string) string {
	return map[string]string{
		"rights-cleared":             "CLEARED",
		"editing-sequence-locked":    "Sequence Locked",
		"packaging-complete":         "COMPLETE",
		"qc-severe-findings":         "PASSED_WITH_FINDINGS, one of them severe",
		"qc-passed":                  "PASSED",
		"review-approved":            "approved",
		"delivery-download-complete": "package.download.complete",
		"distribution-asset-ready":   "video.asset.ready",
	}[file]
}
