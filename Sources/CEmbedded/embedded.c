// What the program needs at run time and must not look for on a disk. The compiler reads the files themselves, and
// notes them as what this file depends on: a changed file is compiled again by the next build.

#include "CEmbedded.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

// A test compares this list with the folder.
static const struct embedded_text migrations[] = {
  {"0001_products.sql", (const char[]){
#embed "../../migrations/0001_products.sql" suffix(, 0)
  }},
  {"0002_customers.sql", (const char[]){
#embed "../../migrations/0002_customers.sql" suffix(, 0)
  }},
  {"0003_orders.sql", (const char[]){
#embed "../../migrations/0003_orders.sql" suffix(, 0)
  }},
  {"0004_place_orders.sql", (const char[]){
#embed "../../migrations/0004_place_orders.sql" suffix(, 0)
  }},
  {"0005_change_orders.sql", (const char[]){
#embed "../../migrations/0005_change_orders.sql" suffix(, 0)
  }},
  {"0006_report.sql", (const char[]){
#embed "../../migrations/0006_report.sql" suffix(, 0)
  }},
  {"0007_tokens.sql", (const char[]){
#embed "../../migrations/0007_tokens.sql" suffix(, 0)
  }},
  {"0008_stock_notifications.sql", (const char[]){
#embed "../../migrations/0008_stock_notifications.sql" suffix(, 0)
  }},
  {"0009_order_processes.sql", (const char[]){
#embed "../../migrations/0009_order_processes.sql" suffix(, 0)
  }},
  {"0010_idempotency.sql", (const char[]){
#embed "../../migrations/0010_idempotency.sql" suffix(, 0)
  }},
  {"0011_views.sql", (const char[]){
#embed "../../migrations/0011_views.sql" suffix(, 0)
  }},
  {"0012_feed.sql", (const char[]){
#embed "../../migrations/0012_feed.sql" suffix(, 0)
  }},
  {"0013_access.sql", (const char[]){
#embed "../../migrations/0013_access.sql" suffix(, 0)
  }},
  {"0014_schema_contents.sql", (const char[]){
#embed "../../migrations/0014_schema_contents.sql" suffix(, 0)
  }},
  {"0015_search.sql", (const char[]){
#embed "../../migrations/0015_search.sql" suffix(, 0)
  }},
  {"0016_returns.sql", (const char[]){
#embed "../../migrations/0016_returns.sql" suffix(, 0)
  }},
  {"0017_shipments.sql", (const char[]){
#embed "../../migrations/0017_shipments.sql" suffix(, 0)
  }},
  {"0018_reports.sql", (const char[]){
#embed "../../migrations/0018_reports.sql" suffix(, 0)
  }},
  {"0019_imports.sql", (const char[]){
#embed "../../migrations/0019_imports.sql" suffix(, 0)
  }},
  {"0020_console.sql", (const char[]){
#embed "../../migrations/0020_console.sql" suffix(, 0)
  }},
  {NULL, NULL},
};

static const unsigned char swagger_script[] = {
#embed "../../docs/swagger-ui/swagger-ui-bundle.js.gz"
};

static const unsigned char swagger_style[] = {
#embed "../../docs/swagger-ui/swagger-ui.css.gz"
};

static const char version[] = {
#embed "../../VERSION" suffix(, 0)
};

const struct embedded_text *embedded_migrations(void) { return migrations; }

struct embedded_file embedded_swagger_script(void) {
  return (struct embedded_file){swagger_script, sizeof swagger_script};
}

struct embedded_file embedded_swagger_style(void) {
  return (struct embedded_file){swagger_style, sizeof swagger_style};
}

const char *embedded_version(void) { return version; }

const char *embedded_revision(void) { return BUILD_REVISION; }

const char *embedded_source_date(void) { return BUILD_SOURCE_DATE; }
