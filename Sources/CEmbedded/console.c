// The files of the console, embedded as those in embedded.c are.

#include "CEmbedded.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

// A test compares this list with the folder.
static const struct embedded_text files[] = {
  {"actions.js", (const char[]){
#embed "../Console/Files/actions.js" suffix(, 0)
  }},
  {"api.js", (const char[]){
#embed "../Console/Files/api.js" suffix(, 0)
  }},
  {"app.js", (const char[]){
#embed "../Console/Files/app.js" suffix(, 0)
  }},
  {"customers.js", (const char[]){
#embed "../Console/Files/customers.js" suffix(, 0)
  }},
  {"de.js", (const char[]){
#embed "../Console/Files/de.js" suffix(, 0)
  }},
  {"en.js", (const char[]){
#embed "../Console/Files/en.js" suffix(, 0)
  }},
  {"h.js", (const char[]){
#embed "../Console/Files/h.js" suffix(, 0)
  }},
  {"index.html", (const char[]){
#embed "../Console/Files/index.html" suffix(, 0)
  }},
  {"list.js", (const char[]){
#embed "../Console/Files/list.js" suffix(, 0)
  }},
  {"live.js", (const char[]){
#embed "../Console/Files/live.js" suffix(, 0)
  }},
  {"order.js", (const char[]){
#embed "../Console/Files/order.js" suffix(, 0)
  }},
  {"orders.js", (const char[]){
#embed "../Console/Files/orders.js" suffix(, 0)
  }},
  {"pick.js", (const char[]){
#embed "../Console/Files/pick.js" suffix(, 0)
  }},
  {"report.js", (const char[]){
#embed "../Console/Files/report.js" suffix(, 0)
  }},
  {"stock.js", (const char[]){
#embed "../Console/Files/stock.js" suffix(, 0)
  }},
  {"style.css", (const char[]){
#embed "../Console/Files/style.css" suffix(, 0)
  }},
  {"system.js", (const char[]){
#embed "../Console/Files/system.js" suffix(, 0)
  }},
  {"theme.js", (const char[]){
#embed "../Console/Files/theme.js" suffix(, 0)
  }},
  {"tokens.js", (const char[]){
#embed "../Console/Files/tokens.js" suffix(, 0)
  }},
  {"ui.js", (const char[]){
#embed "../Console/Files/ui.js" suffix(, 0)
  }},
  {NULL, NULL},
};

const struct embedded_text *embedded_console_files(void) { return files; }
