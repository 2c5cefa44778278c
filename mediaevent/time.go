package mediaevent

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// timeLayouts are the forms of a written time, commonest first. Without a zone
// it is UTC. Go's parser takes any fraction of a second after the seconds.
var timeLayouts = []string{
	time.RFC3339,
	"2006-01-02T15:04:05Z0700",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05Z0700",
	"2006-01-02 15:04:05 UTC",
	"2006-01-02T15:04:05",
	"2006-01-02 15:04:05",
}

// firstMilli is the first number that counts milliseconds since 1970 and not
// seconds: as milliseconds it is in 1973, as seconds it would be in 5138.
const firstMilli = 100_000_000_000

// lastMilli is the end of the year 9999, the last that RFC 3339 can write.
const lastMilli = 253_402_300_799_999

// parseTime reads a time as partners write it.
func parseTime(text string) (time.Time, error) {
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		return timeSince1970(n, text)
	}
	for _, layout := range timeLayouts {
		t, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		if t = t.UTC(); t.Year() < 0 || t.Year() > 9999 || t.IsZero() {
			break
		}
		return t, nil
	}
	return time.Time{}, fmt.Errorf("%q is not a time: want RFC 3339, or seconds or milliseconds since 1970", text)
}

func timeSince1970(n float64, text string) (time.Time, error) {
	if n >= firstMilli && n <= lastMilli {
		return time.UnixMilli(int64(n)).UTC(), nil
	}
	if n > 0 && n < firstMilli {
		seconds, fraction := math.Modf(n)
		// Microseconds are as far as a float64 of this size is exact.
		return time.Unix(int64(seconds), int64(math.Round(fraction*1e6))*1e3).UTC(), nil
	}
	return time.Time{}, fmt.Errorf("%q is not a time: want seconds or milliseconds since 1970", text)
}

// formatTime writes t as RFC 3339; the zero time as nothing.
func formatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// sequenceTime writes t so that texts compare as the times do.
func sequenceTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000000Z")
}
