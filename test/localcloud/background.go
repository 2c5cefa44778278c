package localcloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

const stateFile = "cloud.json"

type background struct {
	Endpoint string `json:"endpoint"`
	PID      int    `json:"pid"`
}

// ErrNotRunning says that no cloud was started in a folder, or that it has
// ended since.
var ErrNotRunning = errors.New("no local cloud is running")

// Attach finds the detached cloud that keeps its files in directory, to stop it.
// The error is [ErrNotRunning] when there is none.
func Attach(directory string, progress io.Writer) (*Cloud, error) {
	project, err := FindProject()
	if err != nil {
		return nil, err
	}
	if directory, err = filepath.Abs(directory); err != nil {
		return nil, err
	}
	content, err := os.ReadFile(filepath.Join(directory, stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotRunning
	}
	if err != nil {
		return nil, err
	}
	var known background
	if err := json.Unmarshal(content, &known); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(directory, stateFile), err)
	}
	cloud := &Cloud{Endpoint: known.Endpoint, Directory: directory, pid: known.PID, project: project, progress: progress}
	if !cloud.running() {
		return nil, ErrNotRunning
	}
	return cloud, nil
}

// StartBackground attaches to the cloud in directory, or starts a new one there
// that outlives this process.
func StartBackground(ctx context.Context, directory string, progress io.Writer) (cloud *Cloud, isNew bool, err error) {
	cloud, err = attachHealthy(ctx, directory, progress)
	if !errors.Is(err, ErrNotRunning) {
		return cloud, false, err
	}
	cloud, err = startDetached(ctx, directory, progress)
	return cloud, true, err
}

func attachHealthy(ctx context.Context, directory string, progress io.Writer) (*Cloud, error) {
	cloud, err := Attach(directory, progress)
	if err != nil {
		return nil, err
	}
	if cloud.tools, err = cloud.project.Tools(); err != nil {
		return nil, err
	}
	if cloud.Healthy(ctx) {
		cloud.say("local cloud: already running on %s (process %d)", cloud.Endpoint, cloud.pid)
		return cloud, nil
	}
	cloud.say("local cloud: process %d does not answer any more", cloud.pid)
	return nil, errors.Join(ErrNotRunning, cloud.Stop())
}

func startDetached(ctx context.Context, directory string, progress io.Writer) (*Cloud, error) {
	if err := os.MkdirAll(directory, 0o750); err != nil {
		return nil, err
	}
	cloud, err := Start(ctx, Options{Directory: directory, Detached: true, Progress: progress})
	if err != nil {
		return nil, err
	}
	content, err := json.Marshal(background{Endpoint: cloud.Endpoint, PID: cloud.pid})
	if err != nil {
		return nil, errors.Join(err, cloud.Stop())
	}
	if err := os.WriteFile(filepath.Join(directory, stateFile), content, 0o600); err != nil {
		return nil, errors.Join(err, cloud.Stop())
	}
	return cloud, nil
}
