#pragma once

#include <stddef.h>

/// A file of the repository, as it was when the program was built.
struct embedded_file {
  const unsigned char *bytes;
  size_t count;
};

/// A file of text: its name, and its text, which ends with a NUL.
struct embedded_text {
  const char *name;
  const char *text;
};

/// All of migrations/ in order; the last one has no name.
const struct embedded_text *embedded_migrations(void);

/// All files of the console in order; the last one has no name.
const struct embedded_text *embedded_console_files(void);

/// Swagger UI's script and style, compressed by gzip.
struct embedded_file embedded_swagger_script(void);
struct embedded_file embedded_swagger_style(void);

/// The line of the file VERSION, with its end.
const char *embedded_version(void);

/// What the sources were taken from, and when that was made; empty when the build was not told.
const char *embedded_revision(void);
const char *embedded_source_date(void);
