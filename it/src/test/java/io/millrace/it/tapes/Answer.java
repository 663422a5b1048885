package io.millrace.it.tapes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/**
 * What a server answered to one call.
 *
 * @param responses the messages, as protobuf JSON
 * @param statusCode {@code OPEN} where a subscription was still open in the end
 * @param trailers the text trailers of an error
 */
record Answer(List<JsonNode> responses, String statusCode, Map<String, String> trailers) {}
