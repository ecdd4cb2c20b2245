<%@ page contentType="text/html;charset=UTF-8" %>
<h1>Notes of the kitchen</h1>
<p>Runs in <%= application.getContextPath() %>, six times seven is <%= 6 * 7 %>.</p>
