package cluster

import "time"

// Application is the program whose consumers are in a group, and the commands by which it is stopped and started.
type Application struct {
	Stop, Start []string      // a program and its arguments each, called without a shell
	Timeout     time.Duration // of either
	Empty       time.Duration // how long the group may take after the stop until it has no members
}

// Applications gives the application of a group, as the configuration has it; nil where it has none.
type Applications func(cluster, group string) (*Application, error)

// Application is what stands behind a group; nil where nothing is configured.
func (c Connect) Application(cluster, group string) (*Application, error) {
	if c.Applications == nil {
		return nil, nil
	}
	return c.Applications(cluster, group)
}
