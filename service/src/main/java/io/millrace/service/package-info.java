/** The program: command line, configuration, and how the parts are put together. */
@NullMarked
package io.millrace.service;

import org.jspecify.annotations.NullMarked;
