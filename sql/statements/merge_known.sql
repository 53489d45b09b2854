-- Which of these merges were made already, undone ones included.
SELECT id FROM merges WHERE workspace_id = $1::uuid AND id = ANY ($2::uuid[]) ORDER BY id
