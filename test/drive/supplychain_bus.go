package drive

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Announcement is an event that the supply chain put on its bus. Partners learn
// from it that they are asked.
type Announcement struct {
	Source, ID        string // of what happened
	What, Fate        string // "stage.requested", "applied"
	Asset, Run, Stage string
	Attempt           int
	CallbackID        string // of a request: what the answer should carry
}

// Announcements are the events that the supply chain has put on its bus since
// they were asked for last, in order for each asset.
func (c *SupplyChain) Announcements(ctx context.Context) ([]Announcement, error) {
	c.guard.Lock()
	defer c.guard.Unlock()
	err := c.listen(ctx)
	news := c.announced
	c.announced = nil
	return news, err
}

// Audited is how often the supply chain put an event on its bus, by the event's
// id. Others, who put decisions there, are not counted.
func (c *SupplyChain) Audited(ctx context.Context) (map[string]int, error) {
	c.guard.Lock()
	defer c.guard.Unlock()
	err := c.listen(ctx)
	return maps.Clone(c.audited), err
}

// listen takes what there is in the audit queue. Its caller holds the guard.
func (c *SupplyChain) listen(ctx context.Context) error {
	url, err := c.deployment.Output("AuditQueueUrl")
	if err != nil {
		return err
	}
	return Drain(ctx, c.queues, url, func(message sqstypes.Message) error {
		announcement, is, err := ReadAnnouncement(*message.Body)
		if err != nil || !is {
			return err
		}
		c.audited[announcement.ID]++
		c.announced = append(c.announced, announcement)
		return nil
	})
}

// ReadAnnouncement reads an event on the supply chain's bus. Others put events
// there too: those are no announcements.
func ReadAnnouncement(body string) (a Announcement, is bool, err error) {
	var event struct {
		Source string `json:"source"`
		Detail struct {
			ID      string `json:"id"`
			Source  string `json:"source"`
			Subject string `json:"subject"`
			What    string `json:"what"`
			Fate    string `json:"fate"`
			Run     string `json:"run"`
			Stage   string `json:"stage"`
			Attempt int    `json:"attempt"`
			Data    struct {
				Job struct {
					CallbackID string `json:"callbackId"`
				} `json:"job"`
			} `json:"data"`
		} `json:"detail"`
	}
	if err := json.Unmarshal([]byte(body), &event); err != nil {
		return a, false, fmt.Errorf("%s: %w", body, err)
	}
	d := event.Detail
	return Announcement{
		Source: d.Source, ID: d.ID, What: d.What, Fate: d.Fate, Asset: d.Subject,
		Run: d.Run, Stage: d.Stage, Attempt: d.Attempt, CallbackID: d.Data.Job.CallbackID,
	}, event.Source == supplyChainSource, nil
}
