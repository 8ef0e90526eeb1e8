package acting

import (
	"errors"
	"os"
	"path/filepath"

	"weir/actions"
)

// SavePlan puts a plan into a file that weir apply takes, whole or not at all. version is weir's.
func SavePlan(path string, p actions.Plan, version string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".weir-plan-*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if err := errors.Join(p.Write(f, version), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
