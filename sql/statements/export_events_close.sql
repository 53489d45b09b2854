CLOSE export
