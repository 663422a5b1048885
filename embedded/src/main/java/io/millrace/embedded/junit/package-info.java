/**
 * JUnit extensions that run an event store and a PostgreSQL beside the tests of a class. The only package here that needs
 * JUnit Jupiter.
 */
@NullMarked
package io.millrace.embedded.junit;

import org.jspecify.annotations.NullMarked;
