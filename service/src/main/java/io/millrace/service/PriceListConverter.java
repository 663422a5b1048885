package io.millrace.service;

import io.millrace.cost.PriceList;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a price list, {@code statement=1,batch=1,per-statement=0.1}; what it does not say is the reference's. */
final class PriceListConverter implements ITypeConverter<PriceList> {
    @Override
    public PriceList convert(String text) {
        Map<String, BigDecimal> prices = new LinkedHashMap<>();
        prices.put("statement", PriceList.REFERENCE.single());
        prices.put("batch", PriceList.REFERENCE.batch());
        prices.put("per-statement", PriceList.REFERENCE.perStatement());
        for (String part : text.split(",", -1)) {
            String[] pair = part.split("=", 2);
            String name = pair[0].strip();
            if (pair.length < 2 || !prices.containsKey(name)) {
                throw new TypeConversionException(
                        "expected prices like statement=1,batch=1,per-statement=0.1: `" + part + "`");
            }
            prices.put(name, number(name, pair[1].strip()));
        }
        try {
            return new PriceList(prices.get("statement"), prices.get("batch"), prices.get("per-statement"));
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }

    private static BigDecimal number(String name, String text) {
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("expected a price that is a number: " + name + "=" + text);
        }
    }
}
