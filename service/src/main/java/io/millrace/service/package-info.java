/** The program: command line, configuration, wiring. */
@NullMarked
package io.millrace.service;

import org.jspecify.annotations.NullMarked;
