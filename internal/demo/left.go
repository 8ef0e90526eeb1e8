package demo

import (
	"fmt"

	"github.com/twmb/franz-go/pkg/kfake"
)

// leftBehind puts a group on the stage whose last member has left: so many records a partition before the end of its
// topics, but no lower than their start.
func (s *stage) leftBehind(group string, behind int64, topics ...string) error {
	if err := s.position(group, behind, topics...); err != nil {
		return err
	}
	last, err := s.start(member{group: group, id: numbered(group, 0), protocol: classic, topics: topics, silent: true})
	if err != nil {
		return err
	}
	if _, err := s.fake.WaitGroupInfo(s.ctx, group, func(i *kfake.GroupInfo) bool { return i != nil && i.State == "Stable" }); err != nil {
		return fmt.Errorf("wait for the last member of %s: %w", group, err)
	}
	last.quit()
	s.expect(group, 0)
	return nil
}
