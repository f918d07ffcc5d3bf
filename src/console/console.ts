document.querySelector("#console")?.append("The console");
